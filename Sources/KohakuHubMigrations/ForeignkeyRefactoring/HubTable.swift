import Migrations

/// What 008 knows of one table of the hub: how the table was, and how it is rewritten.
struct HubTable: Sendable {
    /// The name.
    let name: String
    /// The column that only the old form has; a table without one is rewritten wherever it exists.
    var oldMarker: String?
    /// The columns that 008 adds.
    var addedColumns: [String] = []
    /// Expressions for columns that an older upgrade has already added, with values that only it knew.
    var valuesIfAdded: [String: String] = [:]
    /// The columns, besides `id`, of the placeholder that decisions read when the table is missing or in its new form.
    var placeholder: String?
    /// The columns, old and new, with the id of a user, existing or deleted.
    var userColumns: [String] = []
    /// The columns of the old form that a row must have, besides the required ones that keep their values.
    var essentialColumns: [String] = []
    /// Whether rows of other tables belong to its rows, which then cannot be quarantined without them.
    var ownsRows = false
    /// The columns of the old form that were unique together.
    var uniqueColumns: [[String]] = []
    /// The columns of the hub's indexes on columns that are dropped. All other indexes there are the operator's.
    var oldIndexes: [[String]] = []
    /// Makes the rewrite for the table's name.
    let makeRewrite: @Sendable (String) -> TableRewrite

    /// The new form, where each value comes from, and which rows are quarantined.
    var rewrite: TableRewrite { Self.rewrites[name] ?? makeRewrite(name) }

    /// Made once, when the first is asked for: a start with nothing to do needs none.
    private static let rewrites = all.reduce(into: [:]) { $0[$1.name] = $1.makeRewrite($1.name) }

    /// The tables in the order in which they are rewritten: referenced ones first.
    static let rewritten = [
        user, repository, emailVerification, session, token, sshKey, userOrganization,
        file, stagingUpload, lfsObjectHistory, commit, invitation,
    ]

    /// Every table of version 7.
    static let all = [organization] + rewritten

    /// Whether the table exists and is not in its new form.
    func isOld(on schema: Schema) -> Bool {
        schema.tables[name] != nil && (oldMarker.map { schema.has(name, $0) } ?? true)
    }

    /// The columns that the new form requires.
    var requiredColumns: [String] { rewrite.columns.filter { $0.sql.hasSuffix(" NOT NULL") }.map(\.name) }

    /// The columns of the old form in which every row needs a value.
    var neededColumns: [String] {
        requiredColumns.filter { !rewrite.changingColumns.contains($0) } + essentialColumns
    }

    /// Whether a column of the old form holds ids of users or organizations.
    private func isReference(_ column: String) -> Bool { (userColumns + ["organization_id"]).contains(column) }

    /// The rewrite fitted to a schema: without rows of a missing table, with the added values and the 64-bit sizes that
    /// it already has or later migrations give it, and without rows that lack a needed value.
    func rewrite(on schema: Schema, before later: Set<Int> = []) -> TableRewrite {
        var rewrite = rewrite
        rewrite.sources.removeAll { source in
            if case .merged(let table) = source.kind { schema.tables[table] == nil } else { false }
        }
        let merged = rewrite.sources.compactMap { if case .merged(let table) = $0.kind { table } else { nil } }
        let origins = [name] + merged
        rewrite.replacedColumns.removeAll { column in !origins.contains { schema.has($0, column) } }
        let added = valuesIfAdded.filter { schema.has(name, $0.key) }
        rewrite.sources[0].values.merge(added) { _, added in added }
        // On PostgreSQL, if 013 was applied before, sizes may need it. Where it comes later, it need not write the largest
        // tables again, if one is left to it: without any it would count as applied.
        let isWide = schema.column(name, "size").map { $0.type != "integer" } ?? false
        let isLeft = schema.column("stagingupload", "size")?.type == "integer"
        if isWide || later.contains(13) && isLeft && name != "stagingupload" {
            let size = ColumnDefinition(#""size" {bigint} NOT NULL"#)
            rewrite.columns = rewrite.columns.map { $0.name == size.name ? size : $0 }
        }
        if !ownsRows {
            let incomplete = neededColumns.filter { schema.column(name, $0)?.isNullable == true }
            // SQLite stores any value in any column.
            let references = neededColumns.filter {
                schema.dialect == .sqlite && isReference($0) && schema.has(name, $0)
            }
            let rules = incomplete.map(QuarantineRule.rows(without:)) + references.map(QuarantineRule.withoutID(in:))
            rewrite.quarantine.insert(contentsOf: rules, at: 0)
        }
        return rewrite
    }
}
