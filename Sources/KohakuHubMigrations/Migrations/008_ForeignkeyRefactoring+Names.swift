import Migrations

/// Names that a user and an organization share, and the statements that part them.
extension ForeignkeyRefactoring {
    /// Nothing tells which of the two a name should stay with. Repositories keep their namespace and full id, by which their
    /// files are known, and belong to whoever keeps the name.
    func nameCollisions(_ database: MigrationContext) throws -> Finding? {
        let pairs = #"""
            FROM "user" AS u JOIN "organization" AS g ON g."name" = u."username"
            WHERE NOT \#(Self.isOrganization("u", database.schema))
            """#
        guard
            var finding = try database.finding(
                .error, code: "name_collision", table: "user",
                about: #"""
                    SELECT '"' || u."username" || '": user ' || u."id" || ' and organization ' || g."id"
                    \#(pairs) ORDER BY u."id", g."id"
                    """#,
                message: { count in
                    """
                    \(count) name(s) belong to a user and to an organization. Organizations become users, and a name \
                    belongs to one user only.
                    """
                })
        else { return nil }
        var taken: Set<String> = []
        let statements = try database.connection.query(
            #"SELECT u."id", u."username", g."id" \#(pairs) ORDER BY u."id", g."id" LIMIT \#(finding.examples.count)"#
        ).map { pair in
            let name = pair[1].text ?? ""
            return try [
                renaming("organization", "name", pair[2], to: name + "-org", besides: &taken, database), "or",
                renaming("user", "username", pair[0], to: name + "-user", besides: &taken, database),
            ].joined(separator: "\n")
        }
        finding.action = """
            Rename one of each pair, in its own row and nowhere else: repositories stay as they are, with whoever keeps \
            the name. For each pair in turn either
            """ + "\n" + statements.joined(separator: "\n\n")
        return finding
    }

    /// The statement that gives a user or an organization a name which nobody has: like `wish`, of letters, digits, `-`, `_`
    /// and `.` only, for it has to be read and typed.
    private func renaming(
        _ table: String, _ column: String, _ id: DatabaseValue, to wish: String, besides taken: inout Set<String>,
        _ database: MigrationContext
    ) throws -> String {
        let readable = String(wish.suffix(240).map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" })
        var name = readable
        var number = 1
        while try !taken.insert(name).inserted || isTaken(name, database) {
            number += 1
            name = "\(readable)-\(number)"
        }
        return """
            UPDATE \(table.quotedIdentifier) SET \(column.quotedIdentifier) = \(name.quotedLiteral) \
            WHERE "id" = \(id.integer ?? 0);
            """
    }

    private func isTaken(_ name: String, _ database: MigrationContext) throws -> Bool {
        try database.connection.integer(
            #"""
            SELECT (SELECT count(*) FROM "user" WHERE "username" = $1)
                + (SELECT count(*) FROM "organization" WHERE "name" = $2)
            """#, [.text(name), .text(name)]) > 0
    }
}
