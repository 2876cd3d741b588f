import Foundation
import MigrationsTesting
import Testing

/// A SQLite file that is not there. Where its path may be a mistake, a new one would make a hub start empty.
@Suite("New databases")
struct NewDatabases {
    static let marker = Data("SQLite format 3\0".utf8)

    private func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    }

    @Test("are created where a flag or setting names them, and the first line says so")
    func named() throws {
        for variable in ["KOHAKU_HUB_DATABASE_URL", "DATABASE_URL"] {
            try withTemporaryFolder { folder in
                let outcome = try Command(folder: folder, environment: [variable: "sqlite:///new.db"])("run")
                #expect(outcome.status == 0, "\(outcome.errors)")
                #expect(outcome.output.hasPrefix("kohaku-migrate · SQLite new.db, a new database\n"))
                let again = try Command(folder: folder, environment: [variable: "sqlite:///new.db"])("run")
                #expect(again.output.hasPrefix("kohaku-migrate · SQLite new.db\n"))
            }
        }
        try withTemporaryFolder { folder in
            let outcome = try Command(folder: folder)("init", "--database-url", "sqlite:///new.db")
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }

    @Test(
        "are not created by default without consent", arguments: ["run", "init"],
        [[:], ["KOHAKU_HUB_DATABASE_URL": ""], ["KOHAKU_HUB_AUTO_MIGRATE": "true"]])
    func unnamed(_ verb: String, _ environment: [String: String]) throws {
        try withTemporaryFolder { folder in
            let outcome = try Command(folder: folder, environment: environment)(verb)
            #expect(outcome.status == 5)
            #expect(
                outcome.errors.hasPrefix(
                    "error: no flag or setting names a database, and there is no ./hub.db\nNothing was created."))
            #expect(try names(folder).isEmpty)
        }
    }

    @Test("are created by default after a yes", arguments: [("yes", 0), ("no", 5), ("", 5)] as [(String, Int32)])
    func asked(_ answer: String, _ status: Int32) throws {
        try withTemporaryFolder { folder in
            let outcome = try Command(folder: folder).atTerminal(typing: answer, ["run"])
            #expect(outcome.status == status)
            #expect(outcome.output.replacing("\n", with: " ").contains("A new database will be created there."))
            #expect(try names(folder) == (status == 0 ? ["hub.db"] : []))
        }
    }

    @Test("are created by default with --yes")
    func agreed() throws {
        try withTemporaryFolder { folder in
            try Command(folder: folder).expect(0, "run", "--yes")
            #expect(try names(folder) == ["hub.db"])
        }
    }

    @Test(
        "are not created beside one that may be meant, but with --yes",
        arguments: ["hub.db", "Hub2.sqlite", "hub.db.bak"])
    func neighbour(_ other: String) throws {
        try withTemporaryFolder { folder in
            try Self.marker.write(to: URL(filePath: "\(folder)/\(other)"))
            let command = Command(folder: folder, environment: ["KOHAKU_HUB_DATABASE_URL": "sqlite:///hub2.db"])
            let outcome = try command("run")
            #expect(outcome.status == 5)
            #expect(outcome.errors.hasPrefix("error: there is no database hub2.db, but beside it is \(other)\n"))
            #expect(try names(folder) == [other])
            try command.expect(0, "run", "--yes")
        }
    }

    @Test("are created beside other files", arguments: ["hub.txt", "grafana.db"])
    func others(_ other: String) throws {
        try withTemporaryFolder { folder in
            let contents = other == "hub.txt" ? Data("notes".utf8) : Self.marker
            try contents.write(to: URL(filePath: "\(folder)/\(other)"))
            try Command(folder: folder).expect(0, "run", "--database-url", "sqlite:///hub2.db")
        }
    }

    @Test("are not created behind a link that is broken")
    func link() throws {
        try withTemporaryFolder { folder in
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/hub.db", withDestinationPath: "\(folder)/gone.db")
            let outcome = try Command(folder: folder)("run", "--yes", "--database-url", "sqlite:///hub.db")
            #expect(outcome.status == 7)
            #expect(outcome.errors.hasPrefix("error: hub.db is a broken symbolic link\n"))
            #expect(try names(folder) == ["hub.db"])
        }
    }

    @Test("are not created where the hub's file has % or ? in its path", arguments: ["hub%202.db", "q?x/hub.db"])
    func literalPaths(_ path: String) throws {
        try TestBackend.sqlite.withHub("v07") { hub in
            guard case .sqlite(let original) = hub.database else { return }
            let folder = hub.command.folder
            try FileManager.default.createDirectory(atPath: "\(folder)/q?x", withIntermediateDirectories: true)
            try FileManager.default.copyItem(atPath: original, toPath: "\(folder)/\(path)")
            let before = try names(folder)
            let byFlag = try Command(folder: folder)("run", "--yes", "--database-url", "sqlite:///\(path)")
            #expect(byFlag.status == 64)
            #expect(try names(folder) == before)
            let command = Command(folder: folder, environment: ["KOHAKU_HUB_DATABASE_URL": "sqlite:///\(path)"])
            let run = try command("run", "--yes", "--no-backup")
            #expect(run.status == 0)
            #expect(run.errors == "")
            #expect(run.output.contains("008 foreignkey_refactoring: done"))
            #expect(try names(folder) == before)
        }
    }

    @Test("are not created where the setting was written as a URL: that file is used, and it is said")
    func writtenAsURL() throws {
        try TestBackend.sqlite.withHub("v07") { hub in
            guard case .sqlite(let original) = hub.database else { return }
            let folder = hub.command.folder
            try FileManager.default.copyItem(atPath: original, toPath: "\(folder)/my hub.db")
            let command = Command(folder: folder, environment: ["KOHAKU_HUB_DATABASE_URL": "sqlite:///my%20hub.db"])
            let run = try command("run", "--yes", "--no-backup")
            #expect(run.status == 0)
            #expect(run.errors.hasPrefix("note: KOHAKU_HUB_DATABASE_URL is read as a standard URL."))
            #expect(try names(folder) == ["my hub.db"])
        }
    }

    @Test("are not created from parameters", arguments: ["KOHAKU_HUB_DATABASE_URL", "DATABASE_URL"])
    func parameters(_ variable: String) throws {
        try withTemporaryFolder { folder in
            let outcome = try Command(folder: folder, environment: [variable: "sqlite:///hub.db?mode=ro"])(
                "run", "--yes")
            #expect(outcome.status == 64)
            #expect(outcome.errors.contains("parameters"))
            #expect(try names(folder).isEmpty)
        }
    }
}
