import Foundation
import Migrations
import MigrationsTesting
import Testing

/// The names of repositories in LakeFS, which changed between the hubs of 014 and 015.
@Suite("The names in LakeFS")
struct LakeFSNames {
    struct Document: Decodable {
        struct Repository: Decodable {
            var type: String
            var fullID: String
            var oldName: String
            var newName: String
            var shared: Bool
        }

        var namespace: String
        var count: Int
        var repositories: [Repository]
    }

    /// A hub with these models and nothing else in its table of repositories.
    private func withHub(_ backend: TestBackend, models: [String], _ body: (Hub) throws -> Void) throws {
        try backend.withHub("v08") { hub in
            let connection = try hub.database.connect()
            try connection.execute(
                #"DELETE FROM "file"; DELETE FROM "lfsobjecthistory"; DELETE FROM "stagingupload"; DELETE FROM "commit""#
            )
            try connection.execute(#"DELETE FROM "repository" WHERE "id" > 1"#)
            try connection.execute(#"UPDATE "repository" SET "id" = 1, "repo_type" = 'model'"#)
            for (index, id) in models.enumerated() {
                let parts = id.split(separator: "/", maxSplits: 1).map(String.init)
                try connection.execute(
                    """
                    INSERT INTO "repository" ("id", "repo_type", "namespace", "name", "full_id", "private", "owner_id",
                        "quota_bytes", "used_bytes", "created_at")
                    SELECT $1, 'model', $2, $3, $4, "private", "owner_id", "quota_bytes", "used_bytes", "created_at"
                    FROM "repository" WHERE "id" = 1
                    """, [.integer(Int64(index + 2)), .text(parts[0]), .text(parts[1]), .text(id)])
            }
            try connection.execute(#"DELETE FROM "repository" WHERE "id" = 1"#)
            try body(hub)
        }
    }

    @Test("are listed with both names, as text and as a document", arguments: TestBackend.allCases)
    func listed(_ backend: TestBackend) throws {
        try withHub(backend, models: ["mika/birds", "a-b/c", "a/b-c"]) { hub in
            let before = try hub.snapshot()
            let outcome = try hub("lakefs")
            #expect(outcome.status == 0)
            #expect(
                outcome.output.hasSuffix(
                    """

                    model mika/birds
                      old  hf-model-mika-birds
                      new  m-mika-birds-5mbebz63g131s45o04pad9
                    model a-b/c
                      old  hf-model-a-b-c (shared)
                      new  m-a-b-c-7p5s1ja90zw3t68pjklqxz
                    model a/b-c
                      old  hf-model-a-b-c (shared)
                      new  m-a-b-c-130o4wbe9q02fkogacwhle

                    3 repositories, old names in the namespace "hf".
                    2 of them share their old name with another: they were one repository in LakeFS, and you have to
                    decide whose its contents are.
                    To print the calls that move them: kohaku-migrate lakefs --script

                    """))
            let document = try hub.json(Document.self, "lakefs")
            #expect(document.count == 3)
            #expect(document.namespace == "hf")
            #expect(document.repositories.map(\.fullID) == ["mika/birds", "a-b/c", "a/b-c"])
            #expect(document.repositories.map(\.shared) == [false, true, true])
            #expect(document.repositories[0].newName == "m-mika-birds-5mbebz63g131s45o04pad9")
            #expect(try hub.snapshot() == before)
        }
    }

    @Test("begin with the namespace of the variable, else of the file")
    func namespace() throws {
        try withHub(.sqlite, models: ["mika/birds"]) { hub in
            var hub = hub
            let file = "\(hub.command.folder)/config.toml"
            try "[lakefs]\nrepo_namespace = \"Lab\"\n".write(toFile: file, atomically: true, encoding: .utf8)
            #expect(try hub.json(Document.self, "lakefs").repositories[0].oldName == "lab-model-mika-birds")
            hub.command.environment["KOHAKU_HUB_LAKEFS_REPO_NAMESPACE"] = "own"
            #expect(try hub.json(Document.self, "lakefs").repositories[0].oldName == "own-model-mika-birds")
        }
    }

    @Test("are asked of no empty database, and of no other application's", arguments: TestBackend.allCases)
    func noHub(_ backend: TestBackend) throws {
        try backend.withHub { hub in
            try hub.expect(3, "lakefs")
            try hub.database.connect().execute("CREATE TABLE books (id INTEGER PRIMARY KEY)")
            try hub.expect(3, "lakefs")
        }
    }

    @Test("are not made of bytes that are no UTF-8: the row is named")
    func undecodable() throws {
        try withHub(.sqlite, models: ["mika/birds"]) { hub in
            try hub.database.connect().execute(
                #"UPDATE "repository" SET "full_id" = CAST(x'6d2f4dfc' AS TEXT)"#)
            for arguments in [["lakefs"], ["lakefs", "--script"], ["lakefs", "--json"]] {
                let outcome = try hub.command.run(arguments)
                #expect(outcome.status == 4)
                let text = outcome.output + outcome.errors
                #expect(text.contains("1 value of repository.full_id is not UTF-8."))
                #expect(text.contains("id 2: bytes 6D2F4DFC"))
            }
        }
    }

    @Test("are moved by the script, which deletes nothing and can be run again", arguments: TestBackend.allCases)
    func script(_ backend: TestBackend) throws {
        // To Swift a quote with an accent is another character, to a shell it is a quote.
        let hostile = "q'\u{301}$(echo run)'\u{301}"
        let models = ["mika/birds", "it's/x", "never/made", "a-b/c", "a/b-c", "o/later", "\(hostile)/x"]
        try withHub(backend, models: models) { hub in
            let lakeFS = try LakeFSStandIn(in: hub.command.folder)
            for name in ["mika-birds", "it's-x", "a-b-c", "o-later"] { try lakeFS.add("hf-model-\(name)", refs: name) }
            // The hub has written to this one since.
            let later = "m-o-later-\(try hash(of: "o/later", in: hub))"
            try lakeFS.add(later, refs: "since")
            let before = try lakeFS.repositories()
            let script = try hub("lakefs", "--script").output

            let broken = try lakeFS.run(script, environment: "BROKEN=1")
            #expect(broken.status == 1)
            #expect(broken.errors.contains("not moved: hf-model-mika-birds, as lakectl says above\n"))
            #expect(broken.output.contains("skipped: LakeFS has no hf-model-\(hostile)-x\n"))
            let birds = "m-mika-birds-5mbebz63g131s45o04pad9"
            #expect(try lakeFS.repositories()[birds] == ["s3://hub-storage/hf-model-mika-birds", nil])
            // What was cut short is told, and not taken for done.
            #expect(try lakeFS.run(script).errors.contains("for \(birds) is there without its contents"))
            try lakeFS.remove(birds)
            try lakeFS.remove("m-it-s-x-\(try hash(of: "it's/x", in: hub))")

            let outcome = try lakeFS.run(script)
            #expect(outcome.status == 1)
            #expect(outcome.output.contains("skipped: LakeFS has no hf-model-never-made\n"))
            #expect(
                outcome.errors
                    == "not moved: hf-model-o-later, for \(later) is there without its contents: see docs/lakefs.md\n")
            let after = try lakeFS.repositories()
            #expect(after.filter { before[$0.key] != nil } == before)
            let made = after.filter { before[$0.key] == nil }
            #expect(made[birds] == ["s3://hub-storage/hf-model-mika-birds", "mika-birds"])
            #expect(Set(made.values.map { $0[1] ?? "" }) == ["mika-birds", "it's-x"])
            #expect(!made.keys.contains { $0.hasPrefix("m-a-b-c") })
            #expect(script.contains("\n# model a-b/c\n# move hf-model-a-b-c m-a-b-c-7p5s1ja90zw3t68pjklqxz\n"))

            #expect(try lakeFS.run(script).output.contains("done before: hf-model-mika-birds to \(birds)\n"))
            #expect(try lakeFS.repositories() == after)
        }
    }

    private func hash(of fullID: String, in hub: Hub) throws -> String {
        let names = try hub.json(Document.self, "lakefs").repositories.first { $0.fullID == fullID }?.newName
        return String(try #require(names).suffix(22))
    }

    @Test("stay in one line of a comment, whatever they hold")
    func hostile() throws {
        try withHub(.sqlite, models: ["q/a/b\ntouch x #", "q/a_b\ntouch x #", "q/b'; touch x '"]) { hub in
            let lakeFS = try LakeFSStandIn(in: hub.command.folder)
            #expect(try lakeFS.run(hub("lakefs", "--script").output).status == 0)
            #expect(!FileManager.default.fileExists(atPath: "\(hub.command.folder)/x"))
        }
    }

    @Test("are told by the plan and the run that pass 015, and at the end", arguments: TestBackend.allCases)
    func told(_ backend: TestBackend) throws {
        let sentences = [
            "will look empty: from version 015 on the hub looks for contents in LakeFS under other names.",
            "To list the old and new names and how to move them: kohaku-migrate lakefs",
        ]
        func times(_ text: String) -> [Int] {
            let text = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return sentences.map { text.ranges(of: $0).count }
        }
        try withHub(backend, models: ["mika/birds"]) { hub in
            #expect(try times(hub("plan").output) == [1, 1])
            #expect(try times(hub("run", "--to", "14", "--yes").output) == [0, 0])
            #expect(try times(hub("plan", "--repair").output) == [1, 1])
            let run = try hub("run", "--yes").output
            #expect(times(run) == [2, 2])
            #expect(run.hasSuffix("\(sentences[1])\n"))
            #expect(try times(hub("run").output) == [0, 0])
        }
        // A repository that goes into quarantine has nothing to look for.
        try backend.withHub("v07") { hub in
            let plan = try hub("plan").output
            let run = try hub("run", "--yes").output
            let kept = try hub.database.connect().countRows(in: "repository")
            #expect(kept > 1)
            #expect(
                try hub.database.connect().integer(
                    "SELECT count(*) FROM kohaku_quarantine WHERE source_table = 'repository'") > 0)
            #expect(plan.contains("\(kept) repositories will look empty"))
            #expect(run.ranges(of: "\(kept) repositories will look empty").count == 2)
        }
        // There is nothing to move in a hub without repositories.
        try withHub(backend, models: []) { hub in
            let run = try hub("run", "--yes").output
            #expect(times(run) == [0, 0])
        }
    }
}
