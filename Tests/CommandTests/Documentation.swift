import KohakuHubMigrations
import Migrations
import MigrationsTesting
import Testing

/// What the README says is true of the code.
@Suite("Documentation")
struct Documentation {
    @Test("The library example of the README is the one that is compiled here")
    func libraryExample() throws {
        let readme = try Repository.text("README.md")
        let example = try Repository.text("Tests/CommandTests/LibraryExample.swift")
        #expect(readme.contains("```swift\n\(example)```"))
        let shop = try Repository.text("Tests/ConformanceTests/ShopExample.swift")
        #expect(try Repository.text("docs/library.md").contains("```swift\n\(shop)```"))
    }

    @Test("The library example upgrades a hub", arguments: TestBackend.allCases)
    func libraryExampleRuns(_ backend: TestBackend) throws {
        try backend.withHub("v05") { hub in
            let version = try upgradeHub(at: hub.database.url)
            #expect(version == Catalogue.kohakuHub.newest)
        }
    }

    @Test("The README has an example of every verb", arguments: HelpScreens.screens.dropFirst())
    func verbs(_ verb: String) throws {
        #expect(try Repository.text("README.md").contains("| `kohaku-migrate \(verb)"))
    }

    @Test("The README explains every exit status of the help")
    func exitStatuses() throws {
        let readme = try Repository.text("README.md")
        let help = try Repository.text("Tests/CommandTests/Screens/kohaku-migrate.txt")
        for status in [0, 1, 2, 3, 4, 5, 6, 7, 64] {
            #expect(readme.contains("\n| \(status) | "))
            #expect(help.contains(" \(status)  "))
        }
    }

    @Test("The README names every setting that is read")
    func settings() throws {
        let readme = try Repository.text("README.md")
        let settings = [
            "--database-url", "--config", "KOHAKU_HUB_DATABASE_URL", "KOHAKU_HUB_DB_BACKEND",
            "KOHAKU_HUB_AUTO_MIGRATE", "HUB_CONFIG", "DATABASE_URL", "`database_url`", "`db_backend`", "`auto_migrate`",
            "KOHAKU_HUB_LAKEFS_REPO_NAMESPACE", "`repo_namespace`",
        ]
        for setting in settings { #expect(readme.contains(setting)) }
    }

    @Test(
        "The page on trouble has every message that people search for",
        arguments: [
            #"column "repository_id" does not exist"#, "NOT NULL constraint failed: user.email",
            #"near "commit": syntax error"#, "UNIQUE constraint failed: index 'user_normalized_name'",
            "database disk image is malformed",
        ])
    func trouble(_ message: String) throws {
        #expect(try Repository.text("docs/troubleshooting.md").contains("\n## `\(message)`\n"))
    }

    @Test("The page on JSON explains every kind of finding, and no other")
    func findings() throws {
        let sources = try Repository.sources()
        let literals = [/\bcode: "([a-z_]+)"/, /"([a-z_]+)", about:/].flatMap { literal in
            sources.matches(of: literal).map { String($0.1) }
        }
        let constants = try sources.matches(of: /\bcode: [A-Z]\w*\.([a-z]\w*)/).map { constant in
            let definition = try Regex(#"\blet \#(constant.1) = "([a-z_]+)""#, as: (Substring, Substring).self)
            let code = sources.firstMatch(of: definition)?.1
            return String(try #require(code, "\(constant.1)"))
        }
        let page = try Repository.text("docs/json.md").split(separator: "## Quarantine")[0].split(
            separator: "## Findings")[1]
        let table = try #require(page.split(separator: "| `code` | severity |").last)
        let explained = table.matches(of: /\n\| `([a-z_]+)` \|/).map { String($0.1) }
        #expect(Set(literals + constants).symmetricDifference(explained) == [])
        #expect(Set(explained).count == explained.count)
    }

    @Test("Every link to a file of the repository leads to one")
    func links() throws {
        let pages = [
            "README.md", "CONTRIBUTING.md", "docs/architecture.md", "docs/decisions/README.md", "docs/json.md",
            "docs/lakefs.md", "docs/backups.md", "docs/compose.md", "docs/containers.md", "docs/drop-in.md",
            "docs/rehearse.md", "docs/troubleshooting.md", "docs/decisions/013-one-process-leads.md",
        ]
        for page in pages {
            let text = try Repository.text(page)
            let folder = page.split(separator: "/").dropLast().joined(separator: "/")
            for match in text.matches(of: /\]\(([A-Za-z0-9_.\/-]+)\)/) {
                let path = folder.isEmpty ? String(match.1) : "\(folder)/\(match.1)"
                #expect(throws: Never.self, "\(page): \(match.1)") { try Repository.text(path) }
            }
        }
    }
}
