import Foundation
import Migrations
import MigrationsTesting
import Testing

@testable import kohaku_migrate

@Suite("Progress")
struct ProgressTests {
    private static func activity(
        _ phase: Activity.Phase, _ table: String?, _ done: Int64? = nil, of total: Int64? = nil,
        unit: Activity.Unit = .rows
    ) -> Activity {
        var activity = Activity()
        activity.change = "008 foreignkey_refactoring"
        (activity.phase, activity.table, activity.unit) = (phase, table, unit)
        (activity.done, activity.total) = (done, total)
        return activity
    }

    @Test("A line says what fits: the rate goes first, what is done to which table stays")
    func line() {
        let text = ProgressText(
            activity: Self.activity(.copying, "file", 123_456, of: 300_000), elapsed: .seconds(2))
        let lines = [
            120: "008 foreignkey_refactoring · file: copying · 123456 of 300000 rows · 61728 rows/s · 2 s left",
            79: "008 foreignkey_refactoring · file: copying · 123456 of 300000 rows · 2 s left",
            70: "file: copying · 123456 of 300000 rows · 61728 rows/s · 2 s left",
            50: "file: copying · 123456 of 300000 rows · 2 s left", 39: "file: copying · 123456 of 300000 rows",
            30: "file: copying · 41 %", 15: "file: copying", 10: "file: cop…", 1: "…",
        ]
        for (width, line) in lines { #expect(text.line(width: width) == line) }
    }

    @Test(
        "Every phase has its words",
        arguments: [
            (Activity.Phase.waiting, "file: waiting for locks · 70 s"), (.checking, "file: checking · 70 s"),
            (.indexing(3, of: 9), "file: indexing 3 of 9 · 70 s"), (.proving, "file: proving · 70 s"),
        ])
    func phases(_ phase: Activity.Phase, _ line: String) {
        let text = ProgressText(activity: Self.activity(phase, "file"), elapsed: .seconds(70))
        #expect(text.line(width: 40) == line.replacing("70 s", with: "1 min 10 s"))
    }

    @Test("A line is never wider than it may be, whatever it says", arguments: [80, 40, 10, 1])
    func width(_ width: Int) {
        for phase in [Activity.Phase.checking, .indexing(12, of: 12), .proving] {
            for table in [nil, "file", String(repeating: "long", count: 30), "t\u{1b}[2J"] {
                for (done, total) in [(nil, nil), (nil, 5), (1, nil), (1, Int64.max), (5, 5)] as [(Int64?, Int64?)] {
                    for unit in [Activity.Unit.rows, .bytes] {
                        let activity = Self.activity(phase, table, done, of: total, unit: unit)
                        let line = ProgressText(activity: activity, elapsed: .seconds(4_000)).line(width: width)
                        #expect(line.width <= width && !line.isEmpty && !line.contains("\u{1b}"))
                    }
                }
            }
        }
    }

    @Test("A database is copied in megabytes")
    func bytes() {
        let activity = Self.activity(.copying, nil, 50_000_000, of: 210_000_000, unit: .bytes)
        let line = ProgressText(activity: activity, elapsed: .seconds(5)).line(width: 79)
        #expect(line == "008 foreignkey_refactoring · copying · 50 of 210 MB · 10 MB/s · 16 s left")
    }

    private struct Event: Decodable, Equatable {
        var event: String
        var change: String
        var table: String?
        var phase: String
        var index: Int?
        var indexes: Int?
        var done: Int64?
        var total: Int64?
        var unit: String?
        var seconds: Double
    }

    @Test("--progress json writes an event in each line of standard error", arguments: TestBackend.allCases)
    func json(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            let outcome = try hub("run", "--yes", "--json", "--no-backup", "--progress", "json")
            #expect(outcome.status == 0)
            _ = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
            let events = try outcome.errors.split(separator: "\n").map {
                try JSONDecoder().decode(Event.self, from: Data($0.utf8))
            }
            #expect(events.allSatisfy { $0.event == "progress" })
            for line in outcome.errors.split(separator: "\n") {
                #expect(try JSONSchema.errors(in: String(line), as: "progress") == [])
            }
            let steps = events.filter { $0.change == "008 foreignkey_refactoring" && $0.table == "file" }
            #expect(steps.first?.phase == "checking")
            #expect(steps.contains { $0.phase == "copying" && $0.total ?? 0 > 0 && $0.unit == "rows" })
            #expect(steps.contains { $0.phase == "indexing" && $0.index == 2 && $0.indexes ?? 0 >= 2 })
            #expect(steps.last?.phase == "proving")
            #expect(events.map(\.seconds) == events.map(\.seconds).sorted())
        }
    }

    @Test("A restore and verify tell of theirs", arguments: TestBackend.allCases)
    func otherVerbs(_ backend: TestBackend) throws {
        try backend.withHub("v15") { hub in
            func phases(_ arguments: String...) throws -> [String] {
                let outcome = try hub.command.run(arguments + ["--json", "--progress", "json"])
                #expect(outcome.status == 0, "\(outcome)")
                return try outcome.errors.split(separator: "\n").map {
                    let event = try JSONDecoder().decode(Event.self, from: Data($0.utf8))
                    return "\(event.change): \(event.phase)"
                }
            }
            #expect(try phases("verify").contains("verify: checking"))
            try hub.expect(0, "backup", "create")
            let backup = try #require(Backups.files(of: hub).first)
            let restored = try phases("restore", "\(hub.backupFolder)/\(backup)", "--yes")
            #expect(restored.contains("restore: copying"))
            #expect(restored.last == "restore: proving")
        }
    }

    @Test("A short run shows nothing of it, at a terminal and without one", arguments: ["auto", "plain", "none"])
    func short(_ how: String) throws {
        try TestBackend.sqlite.withHub("v07") { hub in
            let outcome = try hub("run", "--yes", "--progress", how)
            #expect(outcome.status == 0)
            #expect(outcome.errors == "")
            #expect(!outcome.everything.contains("\u{1b}") && !outcome.everything.contains("\r"))
        }
    }

    /// The lines that a terminal shows in the end.
    private static func screen(after output: String) -> [String] {
        output.replacing("\u{1b}[K", with: "\u{7f}").split(separator: "\n", omittingEmptySubsequences: false).map {
            line in
            var cells: [Unicode.Scalar] = []
            var column = 0
            for scalar in line.unicodeScalars {
                switch scalar {
                case "\r": column = 0
                case "\u{7f}": cells.removeSubrange(column...)
                default:
                    if column < cells.count { cells[column] = scalar } else { cells.append(scalar) }
                    column += 1
                }
            }
            return String(String.UnicodeScalarView(cells))
        }
    }

    @Test("At a terminal a line is redrawn in place and wiped before other output")
    func terminal() throws {
        try TestBackend.sqlite.withHub("v07") { hub in
            try hub.addFiles(200_000)
            var command = hub.command
            command.environment["TERM"] = "xterm"
            let outcome = try command.atTerminal(["run", "--yes", "--no-backup"])
            #expect(outcome.status == 0)
            let drawn = outcome.output.matches(of: /\r([^\r\n]+)\u{1b}\[K/).map { $0.1 }
            #expect(drawn.contains { $0.contains("file: ") })
            #expect(drawn.allSatisfy { $0.count < 80 })
            let screen = Self.screen(after: outcome.output)
            #expect(screen.contains("  008 foreignkey_refactoring …"))
            #expect(screen.contains { $0.hasPrefix("Done: the database is at version 015 (") })
            #expect(
                screen.allSatisfy { !$0.contains(" · file: ") && !$0.contains("copying") && !$0.contains("checking") })
            #expect(screen.contains("kohaku-migrate quarantine list"))
        }
    }

    @Test("A terminal that cannot redraw gets none of it")
    func dumb() throws {
        try TestBackend.sqlite.withHub("v07") { hub in
            try hub.addFiles(100_000)
            var command = hub.command
            command.environment["TERM"] = "dumb"
            let outcome = try command.atTerminal(["run", "--yes", "--no-backup"])
            #expect(outcome.status == 0)
            #expect(!outcome.output.contains("\u{1b}"))
        }
    }
}
