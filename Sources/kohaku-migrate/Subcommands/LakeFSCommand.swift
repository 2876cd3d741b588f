import ArgumentParser
import KohakuHubMigrations
import Migrations

/// Lists the names of repositories in LakeFS.
struct LakeFSCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lakefs",
        _superCommandName: KohakuMigrate.name,
        abstract: "List each repository's name in LakeFS before version 015 and from 015 on.",
        usage: "kohaku-migrate lakefs [--script] [<options>]",
        discussion: """
            From version 015 on the hub looks for the contents of each repository in LakeFS under another name. LakeFS cannot \
            rename: --script prints the lakectl calls that create a repository under each new name with the contents of \
            the old one. Nothing is sent to LakeFS. Read docs/lakefs.md first.

            EXAMPLES
              kohaku-migrate lakefs
              kohaku-migrate lakefs --script > rename.sh
            """
    )

    @Flag(name: .long, help: "Print a shell script that makes the repositories of the new names.")
    var script = false

    @OptionGroup var database: DatabaseOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !script || !output.json else { throw ValidationError("Give either --script or --json, not both.") }
    }

    func run() throws {
        try output.rendering {
            var configuration = try database.resolve()
            let connection = try database.open(&configuration, for: .reading)
            let repositories = try LakeFSRepository.all(of: connection, namespace: configuration.lakeFSNamespace)
            if output.json {
                try printJSON(LakeFSDocument(repositories, configuration))
            } else if script {
                printScript(LakeFSScript(repositories, database: configuration.database).text)
            } else {
                print(LakeFSText(repositories, configuration).text)
            }
        }
    }
}
