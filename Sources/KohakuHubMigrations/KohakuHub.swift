public import Migrations

extension Catalogue {
    /// KohakuHub's migrations and its newest schema.
    public static let kohakuHub = Catalogue(
        migrations: registeredMigrations,
        canonicalTables: CanonicalSchema.tables,
        rootTable: "user",
        leftoverTables: Set(
            CanonicalSchema.tables.flatMap { ["\($0.name)_new", "\($0.name)_old"] } + ["_org_id_mapping"])
    )
}
