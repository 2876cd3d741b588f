public import Migrations

/// Lets a model, a dataset and a space share one full id: `repository.full_id` is no longer unique.
///
/// The hub changed its tables in its first days without a migration. What these lack of version 0 comes along.
public struct RepositorySchema: Migration {
    public let signature = Signature.all(
        [.table("repository"), .not(.uniqueIndex("repository", columns: ["full_id"]))]
            + membershipColumns.sorted { $0.key > $1.key }.map { old, new in
                .any([.not(.column("userorganization", old)), .column("userorganization", new)])
            })

    public func migrate(_ context: MigrationContext) throws {
        try Self.completeMemberships(context)
        try context.dropUniqueness(of: ["full_id"], in: "repository")
        try context.createIndex(#"CREATE INDEX "repository_full_id" ON "repository" ("full_id")"#)
    }

    /// The columns of memberships by their first names, and the names of version 0.
    static let membershipColumns = ["user": "user_id", "organization": "organization_id"]

    /// Whether organizations were not there yet, which 008 takes away again.
    static func precedesOrganizations(_ schema: Schema) -> Bool {
        schema.tables["organization"] == nil && schema.tables["userorganization"] == nil
            && !schema.has("user", "is_org")
    }

    /// Brings organizations and memberships to version 0, but for the foreign keys and for columns of the first names beside
    /// the later ones: 008 sees to the rows that the keys cannot hold, and drops these columns.
    static func completeMemberships(_ context: MigrationContext) throws {
        let first = membershipColumns.filter { context.schema.has("userorganization", $0.key) }
        try context.renameColumns(first, of: "userorganization")
        for (old, new) in first.sorted(by: { $0.key < $1.key }) where !context.schema.has("userorganization", old) {
            let name = "userorganization_\(old)"
            if context.schema.tables["userorganization"]?.index(name) != nil {
                try context.execute("DROP INDEX \(name.quotedIdentifier)")
            }
            try context.createIndex(#"CREATE INDEX "userorganization_\#(new)" ON "userorganization" ("\#(new)")"#)
        }
        guard precedesOrganizations(context.schema) else { return }
        try context.createTable("organization", organization)
        try context.createTable("userorganization", membership)
    }

    private static let organization = #"""
        CREATE TABLE "organization" (
            "id" {id},
            "name" VARCHAR(255) NOT NULL,
            "description" TEXT,
            "created_at" {timestamp} NOT NULL
        );
        CREATE UNIQUE INDEX "organization_name" ON "organization" ("name")
        """#

    private static let membership = #"""
        CREATE TABLE "userorganization" (
            "id" {id},
            "user_id" INTEGER NOT NULL,
            "organization_id" INTEGER NOT NULL,
            "role" VARCHAR(255) NOT NULL,
            "created_at" {timestamp} NOT NULL,
            FOREIGN KEY ("user_id") REFERENCES "user" ("id") ON DELETE CASCADE,
            FOREIGN KEY ("organization_id") REFERENCES "organization" ("id") ON DELETE CASCADE
        );
        CREATE INDEX "userorganization_user_id" ON "userorganization" ("user_id");
        CREATE INDEX "userorganization_organization_id" ON "userorganization" ("organization_id");
        CREATE UNIQUE INDEX "userorganization_user_id_organization_id"
            ON "userorganization" ("user_id", "organization_id")
        """#
}
