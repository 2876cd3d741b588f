import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// Names and values of a database that would command the terminal, forge a line or turn the order of text round. Whoever
/// may upload a file chooses its name.
@Suite("Names that are hostile to a terminal")
struct HostileNames {
    /// Each of them follows a name; none may be seen as it is.
    static let payloads = [
        "\u{1b}[2K\rDone: nothing to worry about", "\nerror: forged\r\nerror: forged\t|",
        "\u{1b}]0;title\u{7}\u{9b}31m\u{85}forged\u{8}\u{7f}",
        "\u{202e}gpj.exe\u{2066}\u{2069}\u{200f}\u{200b}\u{feff}",
        "\u{2028}forged\u{2029}\u{ad}\u{61c}\u{180e}\u{e0001}\u{301}\u{1f468}\u{200d}",
    ]

    static let looking = [
        ["status"], ["plan"], ["plan", "--sql"], ["plan", "--repair"], ["verify"], ["run", "--dry-run"],
        ["status", "-v"], ["lakefs"], ["quarantine", "list"],
    ]

    /// Whether a terminal would do something else with a character than show it.
    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0a: false
        case 0..<0x20, 0x7f..<0xa0, 0xad, 0x61c, 0x180e, 0x200b...0x200f, 0x2028...0x202e, 0x2060...0x206f, 0xfeff,
            0xe0000...0xe0fff:
            true
        default: false
        }
    }

    private func expectHarmless(_ outcome: Command.Outcome, _ words: [String], but allowed: [String] = []) {
        for text in [outcome.output, outcome.errors] {
            let text = allowed.reduce(text) { $0.replacing($1, with: "") }
            let unsafe = text.unicodeScalars.filter(Self.isUnsafe)
            #expect(unsafe.isEmpty, "\(words): \(unsafe.map { String($0.value, radix: 16) })")
            for line in text.split(separator: "\n") {
                #expect(!line.hasPrefix("error: forged") && !line.hasPrefix("Done: nothing"), "\(words): \(line)")
            }
        }
    }

    /// Puts the payload behind the names of a hub: of files, repositories and accounts, and of things of the operator.
    private func spoil(_ hub: Hub, _ payload: String) throws {
        let connection = try hub.database.connect()
        for (table, column) in [
            ("file", "path_in_repo"), ("lfsobjecthistory", "path_in_repo"), ("repository", "namespace"),
            ("repository", "full_id"), ("file", "repo_full_id"), ("user", "username"), ("organization", "name"),
            ("stagingupload", "repo_full_id"), ("commit", "repo_full_id"),
        ] {
            try connection.execute(
                """
                UPDATE \(table.quotedIdentifier) SET \(column.quotedIdentifier) = \(column.quotedIdentifier) || $1
                """, [.text(payload)])
        }
        try connection.execute(
            "CREATE TABLE \("own\(payload)".quotedIdentifier) (\("n\(payload)".quotedIdentifier) INTEGER)")
        try connection.execute("CREATE INDEX \("own_i\(payload)".quotedIdentifier) ON \"file\" (\"size\")")
        try connection.execute(
            "ALTER TABLE \"token\" ADD COLUMN \("own_c\(payload)".quotedIdentifier) INTEGER")
    }

    @Test("are escaped by every verb, before, during and after an upgrade", arguments: TestBackend.allCases, payloads)
    func everyVerb(_ backend: TestBackend, _ payload: String) throws {
        try backend.withHub("v07") { hub in
            try spoil(hub, payload)
            // A statement that is run has to spell a name as it is, so only what is written for a terminal is escaped.
            for words in Self.looking where words != ["plan", "--sql"] {
                expectHarmless(try hub.command.run(words), words)
            }
            let run = try hub("run", "--yes", "-v")
            expectHarmless(run, ["run"])
            #expect(run.status == 0 || run.status == 3 || run.status == 4, "\(run.errors)")
            for words in Self.looking + [["quarantine", "purge", "--all", "--yes"]] {
                expectHarmless(try hub.command.run(words), words)
            }
        }
    }

    @Test("are escaped in documents, which decode to the very value", arguments: TestBackend.allCases, payloads)
    func documents(_ backend: TestBackend, _ payload: String) throws {
        try backend.withHub("v07") { hub in
            try spoil(hub, payload)
            for words in [
                ["plan", "--json"], ["verify", "--json"], ["status", "--json"], ["plan", "--sql", "--json"],
            ] {
                let outcome = try hub.command.run(words)
                expectHarmless(outcome, words)
                #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) }
            }
            let findings = try hub.json(PlanDocument.self, "plan").findings
            let examples = findings.flatMap(\.examples)
            #expect(examples.contains { contains($0, payload) })

            _ = try hub("run", "--yes")
            let connection = try hub.database.connect()
            guard try connection.readSchema().tables[Quarantine.kohakuHub.table] != nil else { return }
            let export = try hub("quarantine", "export")
            expectHarmless(export, ["export"])
            let kept = try connection.query("SELECT reason, row_json FROM kohaku_quarantine ORDER BY id")
            let lines = export.output.unicodeScalars.split(separator: "\n").map { String($0) }
            #expect(lines.count == kept.count)
            for (line, row) in zip(lines, kept) {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
                #expect(object?["reason"] as? String == row[0].text)
                let whole = try JSONSerialization.jsonObject(with: Data((row[1].text ?? "").utf8)) as? NSDictionary
                #expect(object?["row"] as? NSDictionary == whole)
            }
        }
    }

    @Test("leave a script that is written to a file as it has to be", arguments: TestBackend.allCases)
    func script(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            let connection = try hub.database.connect()
            try connection.execute("ALTER TABLE \"token\" ADD COLUMN \"own\u{1b}[2K\" INTEGER")
            #expect(try hub("plan", "--sql").output.contains("\"own\u{1b}[2K\""))
            let terminal = try hub.command.atTerminal(["plan", "--sql"])
            #expect(terminal.output.contains("\"own\\u{1b}[2K\""))
            #expect(!terminal.output.contains("\u{1b}"))
        }
    }

    @Test("cannot leave a comment of a script by the name of the file")
    func comment() throws {
        try withTemporaryFolder { folder in
            let outcome = try Command(folder: folder)(
                "plan", "--sql", "--database-url", "sqlite:///hub.db\nDROP TABLE x;")
            #expect(outcome.output.hasPrefix("-- SQLite hub.db\\u{a}DROP TABLE x;\n"))
        }
    }

    @Test("keep the columns of a table where they are")
    func columns() throws {
        try TestBackend.sqlite.withHub("v07") { hub in
            try hub.expect(0, "run", "--yes")
            try hub.database.connect().execute(
                "UPDATE kohaku_quarantine SET source_table = source_table || char(27) || '[2K'")
            let lines = try hub("quarantine", "list").output.split(separator: "\n").drop { !$0.hasPrefix("no.") }
            let header = try #require(lines.first)
            let reason = try #require(header.firstRange(of: "reason")).lowerBound
            let column = header.distance(from: header.startIndex, to: reason)
            let rows = lines.dropFirst().filter { $0.contains("\\u{1b}[2K") }
            #expect(rows.count > 10)
            for row in rows {
                #expect(row.dropFirst(column - 2).hasPrefix("  ") && !row.dropFirst(column).hasPrefix(" "))
            }
        }
    }

    private func contains(_ text: String, _ payload: String) -> Bool {
        String(text.unicodeScalars.map { "\($0.value) " }.joined())
            .contains(payload.unicodeScalars.map { "\($0.value) " }.joined())
    }
}
