import KohakuHubMigrations
import Migrations

/// The output of `lakefs`.
struct LakeFSText {
    let text: String

    init(_ repositories: [LakeFSRepository], _ configuration: HubConfiguration) {
        var lines = ["\(configuration.database)".escaped, ""]
        for repository in repositories {
            lines += [
                "\(repository.type) \(repository.fullID)".escaped,
                "  old  \(repository.oldName)".escaped + (repository.isShared ? " (shared)" : ""),
                "  new  \(repository.newName)",
            ]
        }
        lines += repositories.isEmpty ? ["The hub has no repositories."] : Self.verdict(repositories, configuration)
        text = lines.joined(separator: "\n")
    }

    private static func verdict(_ repositories: [LakeFSRepository], _ configuration: HubConfiguration) -> [String] {
        let count = repositories.count.counted("repository", plural: "repositories")
        let shared = repositories.count(where: \.isShared)
        var lines = [
            "", "\(count), old names in the namespace \"\(configuration.lakeFSNamespace)\".".wrapped(),
        ]
        if shared > 0 {
            lines.append(
                """
                \(shared.counted("of them shares its", plural: "of them share their")) old name with another: they were one repository in LakeFS, and you have to decide whose \
                its contents are.
                """.wrapped())
        }
        return lines + ["To print the calls that move them: kohaku-migrate lakefs --script".wrapped()]
    }
}

/// The document of `lakefs`.
struct LakeFSDocument: Encodable {
    struct Repository: Encodable {
        var type: String
        var fullID: String
        var oldName: String
        var newName: String
        var shared: Bool
    }

    var database: String
    var namespace: String
    var count: Int
    var repositories: [Repository]

    init(_ repositories: [LakeFSRepository], _ configuration: HubConfiguration) {
        database = "\(configuration.database)"
        namespace = configuration.lakeFSNamespace
        count = repositories.count
        self.repositories = repositories.map {
            Repository(
                type: $0.type, fullID: $0.fullID, oldName: $0.oldName, newName: $0.newName, shared: $0.isShared)
        }
    }
}
