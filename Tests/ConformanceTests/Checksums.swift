import Migrations
import MigrationsTesting
import Testing

/// A shelf of texts whose rewrite says that only `pages` may change.
@Suite("The checksum of a rewrite")
struct Checksums {
    /// Rewrites the table `text` with an expression for its column `body`.
    private func rewriting(
        _ backend: TestBackend, body expression: String = #"old."body""#, from: String = #""text" AS old"#,
        _ check: (any DatabaseConnection, [TableReport]) throws -> Void
    ) throws {
        // A column without affinity, so that SQLite keeps a number apart from a text.
        let type = backend == .sqlite ? "BLOB" : "TEXT"
        let rewrite = TableRewrite(
            "text",
            columns: """
                "id" {id}
                "body" \(type)
                "author" \(type)
                "pages" INTEGER
                """,
            indexes: "", changes: ["pages"],
            from: [.kept(from: from, values: ["body": expression, "pages": "7"])])
        try backend.withConnection { connection in
            try connection.execute(
                connection.dialect.spelling(
                    """
                    CREATE TABLE "text" ("id" {id}, "body" \(type), "author" \(type), "pages" INTEGER);
                    INSERT INTO "text" VALUES (1, 'one', 'a', 1), (2, '', 'b', 2), (3, NULL, 'c', 3), (4, '007', 'd', 4)
                    """))
            let reports = try connection.withMigrationTransaction {
                let context = MigrationContext(connection: connection, schema: try connection.readSchema(), number: 1)
                try context.rewrite([rewrite])
                return context.reports
            }
            try check(connection, reports)
        }
    }

    @Test("is the same before and after a good one, and in the report", arguments: TestBackend.allCases)
    func good(_ backend: TestBackend) throws {
        try rewriting(backend) { connection, reports in
            let columns = ["id", "body", "author"]
            let checksum = try connection.checksum(of: columns, in: "text", upTo: 4)
            #expect(reports.map(\.checksum) == [checksum])
            #expect(try connection.integer(#"SELECT sum("pages") FROM "text""#) == 28)
        }
    }

    @Test("does not depend on the order of the rows", arguments: TestBackend.allCases)
    func order(_ backend: TestBackend) throws {
        var checksums: [String?] = []
        for order in ["ASC", "DESC"] {
            let from = #"(SELECT * FROM "text" ORDER BY "id" \#(order)) AS old"#
            try rewriting(backend, from: from) { _, reports in checksums += reports.map(\.checksum) }
        }
        #expect(checksums.count == 2)
        #expect(Set(checksums).count == 1)
    }

    @Test(
        "finds what a rewrite changed",
        arguments: TestBackend.allCases,
        [
            ("a value", #"CASE "id" WHEN 1 THEN 'two' ELSE old."body" END"#),
            ("one character", #"CASE "id" WHEN 1 THEN 'onf' ELSE old."body" END"#),
            ("NULL to an empty text", #"coalesce(old."body", '')"#),
            ("an empty text to NULL", #"nullif(old."body", '')"#),
            (
                "two rows that change their values",
                #"CASE "id" WHEN 1 THEN '007' WHEN 4 THEN 'one' ELSE old."body" END"#
            ),
            (
                "an empty text and a NULL that change places",
                #"CASE "id" WHEN 2 THEN NULL WHEN 3 THEN '' ELSE old."body" END"#
            ),
            (
                "a text that went through a number",
                #"CASE "id" WHEN 4 THEN CAST(CAST(old."body" AS INTEGER) AS TEXT) ELSE old."body" END"#
            ),
            ("a space at the end", #"old."body" || ' '"#),
            ("two columns that change places", #"old."author""#),
        ])
    func faults(_ backend: TestBackend, _ fault: (words: String, expression: String)) throws {
        let error = try thrownError(MigrationError.self) {
            try rewriting(backend, body: fault.expression) { _, _ in }
        }
        #expect(error.message.hasPrefix("the contents of text changed where they must not"), "\(fault.words)")
        #expect(error.message.contains("id, body, author"))
    }

    @Test("finds a number in place of the same text, where a column holds both")
    func types() throws {
        for expression in ["1", "'1'", "1.0", "X'31'"] {
            for other in ["1", "'1'", "1.0", "X'31'"] where other != expression {
                try TestBackend.sqlite.withConnection { connection in
                    try connection.execute(#"CREATE TABLE "v" ("id" INTEGER PRIMARY KEY, "value")"#)
                    try connection.execute("INSERT INTO v VALUES (1, \(expression))")
                    let before = try connection.checksum(of: ["value"], in: "v", upTo: 1)
                    try connection.execute("UPDATE v SET value = \(other)")
                    let after = try connection.checksum(of: ["value"], in: "v", upTo: 1)
                    #expect(before != after, "\(expression) and \(other)")
                }
            }
        }
    }
}
