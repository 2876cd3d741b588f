import Foundation
import Migrations
import MigrationsTesting
import Testing

@Suite("Restore")
struct Restores {
    private struct Document: Decodable {
        var version: Int
        var replaced: String?
    }

    /// The only backup of a hub.
    private func backup(of hub: Hub) throws -> String {
        let files = try Backups.files(of: hub)
        return "\(hub.backupFolder)/\(try #require(files.count == 1 ? files.first : nil))"
    }

    /// Drops what a restore on a server keeps.
    private func drop(_ name: String?, _ hub: Hub) throws {
        if let name, case .postgresql = hub.database {
            try hub.database.connect().execute("DROP DATABASE \(name.quotedIdentifier)")
        }
    }

    @Test("leads back to exactly what was there, and forward again", arguments: TestBackend.allCases)
    func thereAndBack(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            let before = try hub.contents()
            try hub.expect(0, "run", "--yes")
            let upgraded = try hub.contents()
            #expect(upgraded != before)
            let file = try backup(of: hub)
            let restored = try hub.json(Document.self, "restore", file, "--yes")
            #expect(restored.version == 7)
            #expect(try hub.contents() == before)
            let kept = try #require(restored.replaced)
            #expect(kept.contains(/\.replaced-\d{8}T\d{6}Z$/))
            if backend == .sqlite {
                let connection = try TestDatabase.sqlite(path: kept).connect()
                #expect(try DatabaseContents(of: connection).rowCounts == upgraded.contents.rowCounts)
            }
            try hub.expect(0, "run", "--yes", "--no-backup")
            #expect(try hub.contents().tables == upgraded.tables)
            #expect(try hub.contents().contents.rowCounts == upgraded.contents.rowCounts)
            #expect(try Backups.files(of: hub).map { "\(hub.backupFolder)/\($0)" } == [file])
            try drop(kept, hub)
        }
    }

    @Test("is told as a command that leads back from any other folder and environment", arguments: TestBackend.allCases)
    func command(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            let before = try hub.contents()
            let line = try #require(try hub("run", "--yes").output.split(separator: "\n").last)
            try withTemporaryFolder { folder in
                var other = Command(folder: folder)
                let words = line.replacing("kohaku-migrate", with: "'\(Command.path)'")
                let outcome = try other.shell("\(words) --yes --json")
                #expect(outcome.status == 0, "\(line): \(outcome.errors)")
                other.environment = hub.command.environment
                #expect(try hub.contents() == before)
                let restored = try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8))
                try drop(restored.replaced, hub)
            }
        }
    }

    @Test("finds the database that libpq means by a service")
    func service() throws {
        try TestBackend.postgresql.withHub("v07") { hub in
            guard case .postgresql(let server) = hub.database else { return }
            let file = "\(hub.command.folder)/services"
            try (["[hub]"] + server.parameters.map { "\($0)=\($1)" }).joined(separator: "\n")
                .write(toFile: file, atomically: true, encoding: .utf8)
            var named = hub
            named.command.environment = ["PGSERVICEFILE": file, "DATABASE_URL": "postgresql:///?service=hub"]
            try named.expect(0, "backup", "create")
            #expect(try named("backup", "list").output.contains(server.parameters["dbname"] ?? "?"))
            let before = try hub.contents()
            try hub.database.connect().execute("CREATE TABLE since (n INTEGER)")
            let restored = try named.json(Document.self, "restore", try backup(of: hub), "--yes")
            #expect(try hub.contents() == before)
            try drop(restored.replaced, hub)
        }
    }

    @Test("leaves alone what has a name like its own")
    func neighbour() throws {
        try TestBackend.sqlite.withHub("v07") { hub in
            try hub.expect(0, "backup", "create")
            let mine = "\(hub.backupFolder)/hub.db-partial"
            try "mine".write(toFile: mine, atomically: true, encoding: .utf8)
            try hub.expect(0, "restore", try backup(of: hub), "--yes")
            #expect(try String(contentsOfFile: mine, encoding: .utf8) == "mine")
        }
    }

    @Test("puts back what it has moved when it cannot go on")
    func journalInTheWay() throws {
        try TestBackend.sqlite.withHub("v07") { hub in
            try hub.expect(0, "backup", "create")
            guard case .sqlite(let path) = hub.database else { return }
            // A folder cannot be removed as a journal is.
            try FileManager.default.createDirectory(atPath: "\(path)-shm/x", withIntermediateDirectories: true)
            let before = try hub.contents()
            let names = try FileManager.default.contentsOfDirectory(atPath: hub.backupFolder).sorted()
            let outcome = try hub("restore", backup(of: hub), "--yes")
            #expect(outcome.status == 1, "\(outcome)")
            #expect(outcome.errors.contains("\(path)-shm"), "\(outcome.errors)")
            #expect(try hub.contents() == before)
            #expect(try FileManager.default.contentsOfDirectory(atPath: hub.backupFolder).sorted() == names)
        }
    }

    @Test("does not take the place of a link that leads nowhere")
    func brokenLink() throws {
        try TestBackend.sqlite.withHub("v07") { hub in
            try hub.expect(0, "backup", "create")
            let link = "\(hub.command.folder)/hub.db"
            #expect(symlink("/nowhere/hub.db", link) == 0)
            let outcome = try hub("restore", try backup(of: hub), "--yes", "--database-url", "sqlite:///\(link)")
            #expect(outcome.status == 7)
            #expect(outcome.errors.replacing("\n", with: " ").contains("is a broken symbolic link"))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "/nowhere/hub.db")
        }
    }

    @Test("puts a database back that is gone", arguments: TestBackend.allCases)
    func gone(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            let before = try hub.contents()
            try hub.expect(0, "backup", "create")
            let file = try backup(of: hub)
            switch hub.database {
            case .sqlite(let path): try FileManager.default.removeItem(atPath: path)
            case .postgresql(let server):
                let administrator = try TestDatabase.postgresql(.fromEnvironment()).connect()
                try administrator.execute("DROP DATABASE \(server.parameters["dbname"] ?? "")")
            }
            #expect(try hub("backup", "list").output.contains(URL(filePath: file).lastPathComponent))
            let outcome = try hub("restore", file, "--yes")
            #expect(outcome.status == 0, "\(outcome.errors)")
            #expect(!outcome.output.contains("kept"))
            #expect(try hub.contents() == before)
        }
    }

    @Test("asks first, and changes nothing without a yes", arguments: TestBackend.allCases)
    func consent(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            try hub.expect(0, "backup", "create")
            let file = try backup(of: hub)
            try hub.expect(0, "run", "--yes", "--no-backup")
            let before = try hub.snapshot()
            var command = hub.command
            command.environment["KOHAKU_HUB_AUTO_MIGRATE"] = "true"
            let outcome = try command.run(["restore", file])
            #expect(outcome.status == 5)
            #expect(outcome.errors.hasSuffix("Nothing was changed. To agree, run with --yes.\n"))
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("is refused while somebody else has the database open", arguments: TestBackend.allCases)
    func inUse(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            try hub.expect(0, "backup", "create")
            let file = try backup(of: hub)
            let other = try hub.database.connect()
            let outcome = try hub("restore", file, "--yes", "--lock-timeout", "0")
            #expect(outcome.status == 6, "\(outcome.errors)")
            #expect(try other.integer(#"SELECT count(*) FROM "organization""#) == 4)
        }
    }

    @Test("is refused when the file is cut off, of something else, or not there", arguments: TestBackend.allCases)
    func unusable(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            try hub.expect(0, "backup", "create")
            let file = try backup(of: hub)
            let before = try hub.snapshot()
            let bytes = try Data(contentsOf: URL(filePath: file))
            for (name, part) in [("cut", bytes.prefix(bytes.count / 2)), ("other", Data("no backup".utf8))] {
                try part.write(to: URL(filePath: "\(hub.command.folder)/\(name)"))
            }
            for name in ["cut", "other", "missing"] {
                let outcome = try hub("restore", name, "--yes")
                #expect([1, 4, 7].contains(outcome.status), "\(name): \(outcome.status)")
                #expect(outcome.errors.contains("there is no file") == (name == "missing"))
                #expect(outcome.errors.hasPrefix("error: "))
            }
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("takes away the journals of what it replaces, and keeps owner and permissions")
    func journals() throws {
        try TestBackend.sqlite.withHub("v07") { hub in
            guard case .sqlite(let path) = hub.database else { return }
            try hub.expect(0, "backup", "create")
            let before = try hub.contents()
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
            // As a process leaves it that was killed.
            try withTemporaryFolder { folder in
                let connection = try hub.database.connect()
                _ = try connection.query("PRAGMA journal_mode = WAL")
                try connection.execute(#"DELETE FROM "file""#)
                for ending in ["", "-wal", "-shm"] {
                    try FileManager.default.copyItem(atPath: path + ending, toPath: "\(folder)/hub.db\(ending)")
                }
                var killed = hub
                killed.database = .sqlite(path: "\(folder)/hub.db")
                killed.command.environment["KOHAKU_HUB_DATABASE_URL"] = killed.database.url
                let restored = try killed.json(Document.self, "restore", try backup(of: hub), "--yes")
                let files = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
                let kept = try #require(restored.replaced).split(separator: "/").last ?? ""
                #expect(files == ["hub.db", String(kept)])
                #expect(try killed.contents() == before)
                let old = try TestDatabase.sqlite(path: "\(folder)/\(kept)").connect()
                #expect(try old.integer(#"SELECT count(*) FROM "file""#) == 0)
                let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/hub.db")
                #expect(attributes[.posixPermissions] as? Int == 0o640)
            }
        }
    }

    @Test("keeps a database's settings and privileges, which are in no dump")
    func settings() throws {
        try TestBackend.postgresql.withHub("v07") { hub in
            guard case .postgresql(let server) = hub.database else { return }
            let name = server.parameters["dbname"] ?? ""
            let look = """
                SELECT (SELECT array_agg(a ORDER BY a::text)::text FROM unnest(d.datacl) AS a),
                    (SELECT s.setconfig::text FROM pg_db_role_setting AS s WHERE s.setdatabase = d.oid)
                FROM pg_database AS d WHERE d.datname = current_database()
                """
            try hub.database.connect().execute(
                """
                ALTER DATABASE \(name) SET search_path = "$user", public; ALTER DATABASE \(name) SET work_mem = '5MB';
                REVOKE CONNECT ON DATABASE \(name) FROM PUBLIC
                """)
            let before = try hub.database.connect().query(look)
            try hub.expect(0, "backup", "create")
            let restored = try hub.json(Document.self, "restore", try backup(of: hub), "--yes")
            #expect(try hub.database.connect().query(look) == before)
            try drop(restored.replaced, hub)
        }
    }

    @Test("keeps what it may of the settings, and says what it may not")
    func refusedSetting() throws {
        try TestBackend.postgresql.withHub("v07") { hub in
            guard case .postgresql(let server) = hub.database else { return }
            let name = server.parameters["dbname"] ?? ""
            let administrator = try TestDatabase.postgresql(.fromEnvironment()).connect()
            let role = "\(name)_owner"
            try administrator.execute("CREATE ROLE \(role) LOGIN CREATEDB")
            defer { try? administrator.execute("DROP ROLE \(role)") }
            for table in try hub.contents().tables.keys {
                try hub.database.connect().execute("ALTER TABLE \(table.quotedIdentifier) OWNER TO \(role)")
            }
            try hub.database.connect().execute("ALTER SCHEMA public OWNER TO \(role)")
            try administrator.execute(
                """
                ALTER DATABASE \(name) OWNER TO \(role); ALTER DATABASE \(name) SET log_min_duration_statement = 250;
                ALTER DATABASE \(name) SET work_mem = '5MB'
                """)
            try hub.expect(0, "backup", "create")
            let url = server.url.replacing("postgres@", with: "\(role)@")
            let outcome = try hub("restore", try backup(of: hub), "--yes", "--json", "--database-url", url)
            #expect(outcome.status == 0, "\(outcome)")
            #expect(outcome.errors.contains("SET log_min_duration_statement TO '250'"))
            #expect(try hub.database.connect().query("SHOW work_mem").map(\.values) == [[.text("5MB")]])
            try drop(try JSONDecoder().decode(Document.self, from: Data(outcome.output.utf8)).replaced, hub)
            try administrator.execute("ALTER DATABASE \(name) OWNER TO postgres")
            try hub.database.connect().execute("REASSIGN OWNED BY \(role) TO postgres")
        }
    }

    @Test("says what to run where the role may not create a database, or does not own it", arguments: [false, true])
    func notPermitted(_ mayCreate: Bool) throws {
        try TestBackend.postgresql.withHub("v07") { hub in
            guard case .postgresql(let server) = hub.database else { return }
            try hub.expect(0, "backup", "create")
            let backup = try backup(of: hub)
            let before = try hub.contents()
            try hub.database.connect().execute("CREATE TABLE since (n INTEGER)")
            let now = try hub.contents()
            let role = "\(server.parameters["dbname"] ?? "")_role"
            let administrator = try TestDatabase.postgresql(.fromEnvironment()).connect()
            try administrator.execute("CREATE ROLE \(role) LOGIN \(mayCreate ? "CREATEDB" : "")")
            defer { try? administrator.execute("DROP ROLE \(role)") }
            let url = server.url.replacing("postgres@", with: "\(role)@")
            let outcome = try hub("restore", backup, "--yes", "--database-url", url)
            #expect(outcome.status == 4)
            #expect(try hub.contents() == now)
            let commands = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("psql ") || $0.hasPrefix("pg_") }
            var command = hub.command
            command.environment["PGUSER"] = "postgres"
            let followed = try command.shell("set -e\n" + commands.joined(separator: "\n"))
            #expect(followed.status == 0, "\(commands): \(followed.errors)")
            #expect(try hub.contents() == before)
            let kept = try #require(commands.last?.firstMatch(of: /RENAME TO "(\S+\.replaced-\w+)"/)?.1)
            try drop(String(kept), hub)
        }
    }
}

extension Hub {
    /// Everything that is in the database, whatever the file's bytes.
    func contents() throws -> Snapshot {
        var snapshot = try snapshot()
        snapshot.file = nil
        return snapshot
    }
}
