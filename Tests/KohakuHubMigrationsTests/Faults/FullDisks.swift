import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("A disk that fills during a run")
struct FullDisks {
    /// SQLite's own limit takes effect at exactly the page that it names.
    @Test("at any page leaves the database as before that migration, says so, and room lets the next run end")
    func pages() throws {
        try TestBackend.sqlite.withDatabase { database in
            try Fixture("v07").load(into: database)
            let stages = try database.dumpsOnTheWay()
            let present = try database.connect().integer("PRAGMA page_count")
            var failures = 0
            for limit in stride(from: present, to: present * 10, by: 1) {
                let connection = try database.connect()
                try connection.execute("PRAGMA max_page_count = \(limit)")
                let pragmas = try Self.pragmas(connection)
                let runner = Runner(catalogue: .kohakuHub, connection: connection)
                guard let error = Self.failure({ _ = try runner.run(to: .newest) }) else { break }
                failures += 1
                #expect(error.code == .failed)
                #expect((error.underlying as? DatabaseError)?.kind == .full)
                #expect(error.nextStep?.contains("Free disk space, then run again") == true)
                #expect(try stages.contains(LogicalDump(of: database)), "\(limit) pages")
                #expect(try connection.integrity() == "ok")
                #expect(try Self.pragmas(connection) == pragmas)
            }
            #expect(failures > 5)
            #expect(try LogicalDump(of: database).differences(from: #require(stages.last)) == [])
        }
    }

    private static func failure(_ body: () throws -> Void) -> MigrationError? {
        do { try body() } catch { return error as? MigrationError }
        return nil
    }

    private static func pragmas(_ connection: any DatabaseConnection) throws -> [Int64] {
        try ["foreign_keys", "secure_delete", "legacy_alter_table", "writable_schema"].map {
            try connection.integer("PRAGMA \($0)")
        }
    }

    /// A file system of a size of its own where that may be made, and else a limit on the size of files.
    @Test("as the command meets it leaves the database as before, and says so", arguments: [0, 40, 120, 250])
    func device(_ kilobytes: Int) throws {
        try withTemporaryFolder { folder in
            let database = TestDatabase.sqlite(path: "\(folder)/hub.db")
            try Fixture("v07").load(into: database)
            let before = try LogicalDump(of: database)
            let size = try FileManager.default.attributesOfItem(atPath: "\(folder)/hub.db")[.size] as? Int ?? 0
            let outcome = try Program.outcome(
                of: "bash", ["-c", Self.script, folder, String(size / 1024 + kilobytes), BuiltProgram.command])
            // With a look at the free space beforehand it stops there, which asks for a decision.
            #expect([1, 4].contains(outcome.status), "\(outcome)")
            #expect(outcome.errors.contains("disk"), "\(outcome)")
            #expect(outcome.errors.contains("run again"), "\(outcome)")
            #expect(try LogicalDump(of: database).differences(from: before) == [])
            #expect(try database.connect().integrity() == "ok")
            let again = try Program.outcome(
                of: BuiltProgram.command, ["run", "--yes", "--no-backup", "--database-url", database.url])
            #expect(again.status == 0, "\(again)")
        }
    }

    @Test("by a limit on the size of files leaves the database as before", arguments: [0, 8, 16, 24])
    func fileSize(_ kilobytes: Int) throws {
        try withTemporaryFolder { folder in
            let database = TestDatabase.sqlite(path: "\(folder)/hub.db")
            try Fixture("v07").load(into: database)
            let before = try LogicalDump(of: database)
            let size = try FileManager.default.attributesOfItem(atPath: "\(folder)/hub.db")[.size] as? Int ?? 0
            // Ignored, the signal of the limit becomes an error of the write.
            let outcome = try Program.outcome(
                of: "bash",
                [
                    "-c",
                    #"trap '' XFSZ; ulimit -f "$1"; exec "$2" run --yes --no-backup --database-url "sqlite:///$0/hub.db""#,
                    folder, String(size / 1024 + kilobytes), BuiltProgram.command,
                ])
            #expect(outcome.status == 1, "\(outcome)")
            #expect(outcome.errors.contains("disk I/O error"), "\(outcome)")
            #expect(outcome.errors.contains("rolled back"), "\(outcome)")
            #expect(try LogicalDump(of: database).differences(from: before) == [])
            let again = try Program.outcome(
                of: BuiltProgram.command, ["run", "--yes", "--no-backup", "--database-url", database.url])
            #expect(again.status == 0, "\(again)")
        }
    }

    /// Runs the command on a copy of `$0/hub.db` on a device of `$1` KiB, and brings back what is left.
    private static let script = #"""
        set -e
        mkdir "$0/device"
        if ! mount -t tmpfs -o size="$1"k tmpfs "$0/device" 2> /dev/null; then
            trap '' XFSZ
            ulimit -f "$1"
        fi
        trap 'umount "$0/device" 2> /dev/null || true' EXIT
        cp "$0/hub.db" "$0/device/hub.db"
        status=0
        "$2" run --yes --no-backup --database-url "sqlite:///$0/device/hub.db" || status=$?
        cp "$0/device/"hub.db* "$0/"
        exit $status
        """#
}
