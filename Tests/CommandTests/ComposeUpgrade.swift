import Foundation
import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// The commands of `docs/compose.md`, in its order, with a process in the place of the container.
@Suite("An upgrade in docker compose")
struct ComposeUpgrade {
    /// Runs `migrate` as its container would, and notes what else it is asked for.
    private static func docker(_ backups: String) -> String {
        #"""
        #!/bin/bash
        [ "$1" = compose ] || exit 2
        case "$2" in
        run)
            [[ "$*" =~ migrate\ (.*) ]]
            eval "kohaku-migrate ${BASH_REMATCH[1]//\/backups/\#(backups)}"
            ;;
        stop | up | logs) echo "$*" >> docker.log ;;
        *) exit 2 ;;
        esac
        """#
    }

    /// The page's shell commands under a heading.
    private static func commands(_ heading: String) throws -> String {
        let section = try Repository.text("docs/compose.md").split(separator: "\n## ").first { $0.hasPrefix(heading) }
        let blocks = try #require(section).split(separator: "```sh\n").dropFirst()
        // Tests may not run as root, and the user of the image is nobody's here.
        return blocks.map { $0.split(separator: "```")[0] }.joined().replacing("chown 65532", with: "test -d")
    }

    @Test("leads to the newest version and back", arguments: TestBackend.allCases)
    func upgrade(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            let before = try hub.snapshot().contents
            let folder = hub.command.folder
            let lakeFS = try LakeFSStandIn(in: folder)
            let repository = try #require(before["repository"].first)
            let oldName = try LakeFSName.old(
                #require(repository["repo_type"]?.text), #require(repository["full_id"]?.text))
            try lakeFS.add(oldName, refs: "all of it")
            try Program.write(Self.docker("\(folder)/backups"), to: "\(folder)/docker")
            func doing(_ heading: String) throws -> String {
                let outcome = try hub.command.shell("set -e\n" + Self.commands(heading))
                #expect(outcome.status == 0, "\(heading): \(outcome)")
                return outcome.output
            }

            #expect(try doing("Prepare").contains("Version 007 → 015"))
            #expect(try hub.snapshot().contents == before)
            let upgraded = try doing("Rehearse")
            #expect(upgraded.contains("Rehearsed: the copy reached version 015."))
            #expect(upgraded.contains("Up to date: the schema is exactly version 015."))
            let after = try hub.snapshot().contents
            #expect(after["user"].count == before["user"].count + before["organization"].count)
            #expect(try doing("Give the contents").contains("moved: \(oldName) to "))
            _ = try doing("Start the new hub")
            #expect(try doing("The way back").contains("Version 007 → 015"))
            #expect(try hub.snapshot().contents == before)
            #expect(try lakeFS.repositories()[oldName] == ["s3://hub-storage/\(oldName)", "all of it"])
            #expect(
                try String(contentsOfFile: "\(folder)/docker.log", encoding: .utf8).split(separator: "\n") == [
                    "compose stop hub-api", "compose up --detach", "compose logs migrate", "compose stop hub-api",
                    "compose up --detach --no-deps hub-api",
                ])
        }
    }
}
