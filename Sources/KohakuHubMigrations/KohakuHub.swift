public import Migrations

extension Catalogue {
    /// KohakuHub's migrations and its newest schema.
    public static let kohakuHub = Catalogue(
        migrations: registeredMigrations,
        canonicalTables: CanonicalSchema.tables,
        rootTable: "user"
    )
}
