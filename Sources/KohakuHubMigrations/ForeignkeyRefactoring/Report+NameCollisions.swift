import Migrations

/// Names that a user and an organization share, and the statements that rename one of them.
extension ForeignkeyRefactoring {
    /// Nothing shows which of the two should keep the name. Repositories keep their namespace and full id, by which
    /// their files are found, and belong to whoever keeps the name.
    func nameCollisions(_ context: MigrationContext) throws -> Finding? {
        let pairs = #"""
            FROM "user" AS account JOIN "organization" AS organization
                ON organization."name" = account."username"
            WHERE NOT \#(Self.isOrganization("account", context.schema))
            """#
        guard
            var finding = try context.finding(
                .error, code: "name_collision", table: "user",
                about: #"""
                    SELECT '"' || account."username" || '": user ' || account."id" || ' and organization '
                        || organization."id"
                    \#(pairs) ORDER BY account."id", organization."id"
                    """#,
                message: { count in
                    """
                    \(count.counted("name belongs", plural: "names belong")) to both a user and an organization. Organizations \
                    become users, and only one user can have a name.
                    """
                })
        else { return nil }
        var taken: Set<String> = []
        let statements = try context.connection.query(
            #"""
            SELECT account."id", account."username", organization."id" \#(pairs)
            ORDER BY account."id", organization."id" LIMIT \#(finding.examples.count)
            """#
        ).map { pair in
            let name = try pair.text(1)
            return try [
                renaming("organization", "name", pair.integer(2), to: name + "-org", besides: &taken, context), "or",
                renaming("user", "username", pair.integer(0), to: name + "-user", besides: &taken, context),
            ].joined(separator: "\n")
        }
        finding.action = """
            Rename one of each pair, in its own row and nowhere else: repositories stay as they are, with whoever keeps \
            the name. For each pair in turn either
            """ + "\n" + statements.joined(separator: "\n\n")
        return finding
    }

    /// The statement that gives a user or an organization a free name: similar to `wish`, of letters, digits, `-`, `_`
    /// and `.` only, as it has to be read and typed.
    private func renaming(
        _ table: String, _ column: String, _ id: Int64, to wish: String, besides taken: inout Set<String>,
        _ context: MigrationContext
    ) throws -> String {
        let readable = String(wish.suffix(240).map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" })
        var name = readable
        var number = 1
        while try !taken.insert(name).inserted || isTaken(name, context) {
            number += 1
            name = "\(readable)-\(number)"
        }
        return """
            UPDATE \(table.quotedIdentifier) SET \(column.quotedIdentifier) = \(name.quotedLiteral) \
            WHERE "id" = \(id);
            """
    }

    private func isTaken(_ name: String, _ context: MigrationContext) throws -> Bool {
        try context.connection.integer(
            #"""
            SELECT (SELECT count(*) FROM "user" WHERE "username" = $1)
                + (SELECT count(*) FROM "organization" WHERE "name" = $2)
            """#, [.text(name), .text(name)]) > 0
    }
}
