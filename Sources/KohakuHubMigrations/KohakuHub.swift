public import Migrations

extension Catalogue {
    /// KohakuHub's migrations and its newest schema.
    public static let kohakuHub = Catalogue(
        migrations: registeredMigrations,
        canonicalTables: CanonicalSchema.tables,
        rootTable: "user",
        leftoverTables: Set(
            (CanonicalSchema.tables.map(\.name) + ["organization"]).flatMap { ["\($0)_new", "\($0)_old"] }
                + ["_org_id_mapping"])
    )
}
