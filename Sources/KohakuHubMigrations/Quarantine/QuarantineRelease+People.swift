import Migrations

/// An id identifies a user or a repository only until it is reused: SQLite reassigns the highest one.
extension QuarantineRelease {
    /// Refuses a row of a user or a repository whose id has been reused since: a token would open someone else's account, and
    /// a file would be in someone else's repository. Owners, who used an invitation, and organizations with an old id are
    /// looked up when the row is adapted.
    func checkOwners(_ values: [String: DatabaseValue], of row: QuarantinedRow, in table: Schema.Table) throws {
        let lookedUp = ["owner_id", "used_by_id"] + (row.isOlderThanMerge ? ["organization_id"] : [])
        let old = ["user", "user_id", "created_by"].map { (column: $0, owner: "user") }
        let references = table.foreignKeys.filter { ["user", "repository"].contains($0.referencedTable) }
            .flatMap { key in key.columns.map { (column: $0, owner: key.referencedTable) } }
        for (column, owner) in (old + references).sorted(by: { $0 < $1 }) where !lookedUp.contains(column) {
            guard let id = values[column]?.integer, try exists(owner, id), try !existed(owner, id, before: values)
            else {
                continue
            }
            let other = owner == "user" ? "someone else's" : "another one's"
            throw refusal(
                of: row, "\(owner) \(id) was created after it, so it is \(other)",
                "Leave it in quarantine, or purge it.")
        }
    }

    /// Whether there is a user or repository with this id, whichever it is.
    private func exists(_ owner: String, _ id: Int64) throws -> Bool {
        try connection.integer(
            "SELECT count(*) FROM \(owner.quotedIdentifier) WHERE \"id\" = $1", [.integer(id)]) > 0
    }

    /// Whether there is a user or repository with this id that is not younger than a row; for a row without a time there is
    /// none.
    func existed(_ owner: String, _ id: Int64, before values: [String: DatabaseValue]) throws -> Bool {
        let time = connection.dialect == .postgresql ? "CAST($2 AS TIMESTAMP)" : "$2"
        return try connection.integer(
            #"""
            SELECT count(*) FROM \#(owner.quotedIdentifier) WHERE "id" = $1
                AND \#(connection.dialect.epochMicroseconds(#""created_at""#)) <= \#(connection.dialect.epochMicroseconds(time))
            """#, [.integer(id), values["created_at"] ?? values["first_download_at"] ?? .null]) > 0
    }
}
