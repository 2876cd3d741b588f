public import Migrations

/// A repository of the hub and its names in LakeFS.
public struct LakeFSRepository: Sendable, Hashable {
    /// `model`, `dataset` or `space`.
    public var type: String
    /// Namespace and name.
    public var fullID: String
    /// The name before version 015.
    public var oldName: String
    /// The name from version 015 on.
    public var newName: String
    /// Whether another repository, here or in quarantine, has the same old name: they were one in LakeFS.
    public var isShared = false

    /// Reads all repositories of a hub, of any version.
    /// - Parameter namespace: The hub's `[lakefs] repo_namespace`.
    /// - Throws: ``MigrationError`` where there is no table of a hub's repositories, or ``DatabaseError``.
    public static func all(of connection: any DatabaseConnection, namespace: String) throws -> [LakeFSRepository] {
        try connection.withReadTransaction(of: Catalogue.kohakuHub.tables) {
            let schema = try connection.readSchema()
            guard schema.has("repository", "repo_type"), schema.has("repository", "full_id") else {
                throw MigrationError(
                    .schemaDiffers, "there is no table repository with repo_type and full_id",
                    nextStep: Vocabulary.kohakuHub.advice("To see what the database is", "status"))
            }
            if let error = try MigrationError(stoppingFor: connection.undecodableTexts(in: ["repository"])) {
                throw error
            }
            var repositories: [LakeFSRepository] = []
            try connection.forEachRow(#"SELECT "repo_type", "full_id" FROM "repository" ORDER BY "id""#, []) { row in
                let (type, fullID) = (try row.text(0), try row.text(1))
                repositories.append(
                    LakeFSRepository(
                        type: type, fullID: fullID, oldName: LakeFSName.old(type, fullID, namespace: namespace),
                        newName: LakeFSName.new(type, fullID)))
            }
            // Swift holds canonically equivalent strings for equal; LakeFS compares bytes.
            var uses = Dictionary(repositories.map { (Array($0.oldName.utf8), 1) }, uniquingKeysWith: +)
            for name in try quarantinedNames(of: connection, namespace: namespace) {
                uses[Array(name.utf8), default: 0] += 1
            }
            for index in repositories.indices {
                repositories[index].isShared = uses[Array(repositories[index].oldName.utf8)] != 1
            }
            return repositories
        }
    }

    /// The old names of repositories in quarantine, whose contents are in LakeFS as well.
    private static func quarantinedNames(
        of connection: any DatabaseConnection, namespace: String
    ) throws -> [String] {
        var names: [String] = []
        try Quarantine.kohakuHub.forEachRow(of: connection, where: QuarantineFilter(table: "repository")) { row in
            let values = FlatJSONObject.values(row.json, for: connection.dialect)
            guard let type = values?["repo_type"]?.text, let fullID = values?["full_id"]?.text else { return }
            names.append(LakeFSName.old(type, fullID, namespace: namespace))
        }
        return names
    }
}
