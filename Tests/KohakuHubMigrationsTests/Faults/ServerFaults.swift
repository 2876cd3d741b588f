import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

@Suite("A PostgreSQL server that stops a run")
struct ServerFaults {
    /// Runs the command on a hub with a setting of the database, and then without it.
    private func run(
        with setting: String, files: Int = 0, on fixture: Fixture = Fixture("v07")
    ) throws -> Program.Outcome {
        try TestBackend.postgresql.withDatabase { database in
            try fixture.load(into: database)
            if files > 0 { try database.addFiles(files) }
            let before = try LogicalDump(of: database)
            let hub = try database.connect()
            let name = try #require(try hub.query("SELECT current_database()::text").first?[0].text)
            for assignment in setting.split(separator: ";") {
                try hub.execute("ALTER DATABASE \(name) SET \(assignment)")
            }
            let arguments = ["run", "--yes", "--no-backup", "--database-url", database.url]
            let outcome = try Program.outcome(of: BuiltProgram.command, arguments)
            try hub.execute("ALTER DATABASE \(name) RESET ALL")
            #expect(try LogicalDump(of: database).differences(from: before) == [])
            let again = try Program.outcome(of: BuiltProgram.command, arguments)
            #expect(again.status == 0, "\(again)")
            return outcome
        }
    }

    @Test("by its limit on temporary files does so while it looks, and is quoted")
    func temporaryFiles() throws {
        let outcome = try run(
            with: "work_mem = '64kB'; maintenance_work_mem = '1MB'; temp_file_limit = '64kB'", files: 30_000,
            on: Fixture("Mixed/z_v07_clean"))
        #expect(outcome.status == 1, "\(outcome)")
        #expect(outcome.errors.contains("temporary file size exceeds temp_file_limit"))
        #expect(outcome.errors.contains("Nothing was changed."))
    }

    @Test("by ending the session at any statement has it rolled back, and says what to look at", arguments: 0..<12)
    func terminated(_ twelfth: Int) throws {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture("v07").load(into: database)
            let (stages, count) = try Self.undisturbed.get()
            let victim = try database.connect()
            let pid = try victim.integer("SELECT pg_backend_pid()")
            let administrator = try database.connect()
            // From the first statement of 008, as the schema has been read, to the last of the newest before its commit.
            var left = 10 + twelfth * (count - 40) / 12
            victim.onStatement = { _ in
                left -= 1
                if left == 0 { _ = try? administrator.query("SELECT pg_terminate_backend($1, 5000)", [.integer(pid)]) }
            }
            let error = try thrownError(MigrationError.self) {
                _ = try Runner(catalogue: .kohakuHub, connection: victim).run(to: .newest)
            }
            #expect(error.code == .unreachable)
            #expect(error.nextStep?.contains("run again") == true)
            #expect(try stages.contains(LogicalDump(of: database)))
            #expect(
                try Runner(catalogue: .kohakuHub, connection: database.connect()).run(to: .newest).version
                    == Upgrade.newest)
        }
    }

    /// What a run that nothing stops makes of the hub, and by how many statements.
    private static let undisturbed = Result {
        try TestBackend.postgresql.withDatabase { database in
            try Fixture("v07").load(into: database)
            let stages = try database.dumpsOnTheWay()
            let connection = try database.connect()
            var count = 0
            connection.onStatement = { _ in count += 1 }
            _ = try Runner(catalogue: .kohakuHub, connection: connection).run(to: .newest)
            return (stages: stages, count: count)
        }
    }

    @Test(
        "by being stopped itself leaves the database as before, once it is there again",
        arguments: ["fast", "immediate"])
    func stopped(_ mode: String) throws {
        let root = URL(filePath: #filePath).appending(path: "../../../..").standardized.path()
        let outcome = try Program.outcome(
            of: "\(root)/Scripts/with-postgres",
            ["bash", "-c", Self.script, Fixture.path("Databases/v07.postgresql.sql.gz"), BuiltProgram.command, mode])
        let lines = outcome.output.split(separator: "\n").map(String.init)
        #expect(outcome.status == 0, "\(outcome)")
        #expect(lines.contains("stopped: 7"), "\(outcome)")
        #expect(lines.contains("unchanged"), "\(outcome)")
        #expect(lines.contains("again: 0"), "\(outcome)")
        #expect(outcome.errors.contains("in 008 foreignkey_refactoring: "), "\(outcome)")
        #expect(outcome.errors.contains("then run again"))
    }

    @Test("by being a standby says so before anything else, and can be looked at")
    func standby() throws {
        let root = URL(filePath: #filePath).appending(path: "../../../..").standardized.path()
        let outcome = try Program.outcome(
            of: "\(root)/Scripts/with-postgres",
            ["bash", "-c", Self.standbyScript, Fixture.path("Databases/v07.postgresql.sql.gz"), BuiltProgram.command])
        #expect(outcome.status == 0, "\(outcome)")
        #expect(outcome.output == "status: 0\nverify: 3\nlakefs: 0\nplan: 7\nrun --yes: 7\nrepair --yes: 7\n")
        #expect(outcome.errors.ranges(of: "this server is a read-only standby").count == 3, "\(outcome)")
        #expect(!outcome.errors.contains("CREATE"))
    }

    /// Starts the server as a standby that waits for more of its own log, and tries the verbs of the command `$1` there.
    private static let standbyScript = #"""
        set -euo pipefail
        url=$KOHAKU_TEST_POSTGRES
        data=$(psql -XAtc 'SHOW data_directory' "$url")
        as_owner() {
            if [[ $(id -u) -eq 0 ]]; then setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"; else "$@"; fi
        }
        cd "$(dirname "$data")"
        start() {
            as_owner pg_ctl --pgdata="$data" --silent --log=restart.log --options="-c listen_addresses= \
                -c unix_socket_directories=$PWD -c wal_level=replica -c max_wal_senders=2" start
        }
        stop() { as_owner pg_ctl --pgdata="$data" --mode="$1" --silent stop; }
        gzip -dc "$0" | psql -Xqv ON_ERROR_STOP=1 "$url" > load.log
        stop fast
        trap 'stop immediate' EXIT
        start
        stop fast
        as_owner touch "$data/standby.signal"
        start
        for verb in status verify lakefs plan "run --yes" "repair --yes"; do
            status=0
            "$1" $verb --database-url "$url" > verb.log || status=$?
            echo "$verb: $status"
        done
        """#

    /// Stops the server while the command `$1` waits for a lock in the middle of a migration, and starts it again.
    private static let script = #"""
        set -euo pipefail
        url=$KOHAKU_TEST_POSTGRES
        data=$(psql -XAtc 'SHOW data_directory' "$url")
        as_owner() {
            if [[ $(id -u) -eq 0 ]]; then setpriv --reuid=postgres --regid=postgres --init-groups -- "$@"; else "$@"; fi
        }
        cd "$(dirname "$data")"
        # Some versions of pg_dump write a random token into every dump.
        dump() { pg_dump "$url" | grep -v restrict; }
        gzip -dc "$0" | psql -Xqv ON_ERROR_STOP=1 "$url" > load.log
        dump > before
        psql -Xqc 'BEGIN; LOCK TABLE "file" IN ACCESS SHARE MODE; SELECT pg_sleep(60)' "$url" > hub.log 2>&1 &
        "$1" run --yes --lock-timeout 60 --database-url "$url" &
        command=$!
        until [[ $(psql -XAtc "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'" "$url") -gt 0 ]]; do
            kill -0 $command
            sleep 0.05
        done
        as_owner pg_ctl --pgdata="$data" --mode="$2" --silent stop
        status=0
        wait $command || status=$?
        echo "stopped: $status"
        trap 'as_owner pg_ctl --pgdata="$data" --mode=immediate --silent stop' EXIT
        as_owner pg_ctl --pgdata="$data" --silent --log=restart.log \
            --options="-c listen_addresses= -c unix_socket_directories=$PWD" start
        dump > after
        cmp before after && echo "unchanged"
        "$1" run --yes --no-backup --database-url "$url" > again.log
        echo "again: $?"
        """#
}
