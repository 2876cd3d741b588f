import Migrations

/// An id identifies a user only until it is reused: SQLite reassigns the highest one.
extension QuarantineRelease {
    /// Refuses a row of a user whose id has been reused since: a token would open someone else's account. Owners, who used
    /// an invitation, and organizations with an old id are looked up when the row is adapted.
    func checkPeople(_ values: [String: DatabaseValue], of row: QuarantinedRow, in table: Schema.Table) throws {
        let lookedUp = ["owner_id", "used_by_id"] + (row.isOlderThanMerge ? ["organization_id"] : [])
        let references = table.foreignKeys.filter { $0.referencedTable == "user" }.flatMap(\.columns)
        let old = ["user", "user_id", "created_by"]
        for column in Set(old + references).subtracting(lookedUp).sorted() {
            guard let id = values[column]?.integer, try exists(id), try !existed(id, before: values) else { continue }
            throw refusal(
                of: row, "user \(id) was created after it, so it is someone else's",
                "Leave it in quarantine, or purge it.")
        }
    }

    /// Whether there is a user with this id, whoever it is.
    private func exists(_ id: Int64) throws -> Bool {
        try connection.integer(#"SELECT count(*) FROM "user" WHERE "id" = $1"#, [.integer(id)]) > 0
    }

    /// Whether there is a user with this id who is not younger than a row; for a row without a time there is none.
    func existed(_ id: Int64, before values: [String: DatabaseValue]) throws -> Bool {
        let time = connection.dialect == .postgresql ? "CAST($2 AS TIMESTAMP)" : "$2"
        return try connection.integer(
            #"""
            SELECT count(*) FROM "user" WHERE "id" = $1
                AND \#(connection.dialect.epochMicroseconds(#""created_at""#)) <= \#(connection.dialect.epochMicroseconds(time))
            """#, [.integer(id), values["created_at"] ?? .null]) > 0
    }
}
