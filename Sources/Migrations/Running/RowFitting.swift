/// What the rows of a table need before its canonical definition can hold them.
struct RowFitting {
    /// Statements that give a known value to rows that have none.
    private(set) var backfills: [String] = []
    /// Broken references that become NULL, where allowed.
    private(set) var clearings: [Clearing] = []
    /// The rows that cannot stay.
    private(set) var rules: [QuarantineRule] = []
    /// The rows that cannot stay although others belong to them.
    private(set) var ownerRules: [QuarantineRule] = []
    /// The columns that are missing and whose values cannot be known.
    private(set) var unknowableColumns: [String] = []
    /// How columns of other types are converted.
    private(set) var conversions: [ColumnConversion] = []

    /// Whether the primary key is missing.
    private var lacksKey = false

    /// Whether the rows fit unchanged, whatever their values.
    var isTrivial: Bool {
        rules.isEmpty && ownerRules.isEmpty && clearings.isEmpty && unknowableColumns.isEmpty && !lacksKey
            && conversions.isEmpty
    }

    private let definition: TableDefinition
    private let present: Schema.Table
    private let differences: [SchemaDifference]

    /// - Parameters:
    ///   - isOwner: Whether rows of other tables belong to rows of this one.
    ///   - isThorough: Whether every reference and unique index is checked, even those that the database should have
    ///     checked.
    init(
        of present: Schema.Table, to definition: TableDefinition, in schema: Schema, isOwner: Bool, isThorough: Bool
    ) {
        self.definition = definition
        self.present = present
        differences = present.differences(from: definition.table(schema.dialect))
        for column in definition.columns {
            guard let found = present.column(column.name) else {
                if !column.isNullable, column.backfill == nil { unknowableColumns.append(column.name) }
                continue
            }
            if let conversion = ColumnConversion(of: found, to: column.type, in: schema.dialect),
                isThorough || conversion.concerned == nil
            {
                conversions.append(conversion)
            }
            if differs(column, in: [.columnNullability]), !column.isNullable { require(column, isOwner: isOwner) }
            if column.type == .id, differs(column, in: [.primaryKey]) { lacksKey = true }
            let hasParents = schema.tables[column.reference?.table ?? ""] != nil
            if isThorough || !hasParents || differs(column, in: [.missingForeignKey, .foreignKeyDefinition]) {
                check(column, hasParents: hasParents)
            }
        }
        for index in definition.indexes where index.isUnique && (isThorough || isMissing(index)) {
            makeUnique(index, isOwner: isOwner)
        }
    }

    private func differs(_ column: TableDefinition.Column, in kinds: Set<SchemaDifference.Kind>) -> Bool {
        differences.contains { kinds.contains($0.kind) && $0.name == column.name }
    }

    private mutating func require(_ column: TableDefinition.Column, isOwner: Bool) {
        let name = column.name.quotedIdentifier
        if let backfill = column.backfill {
            backfills.append(
                "UPDATE \(definition.name.quotedIdentifier) SET \(name) = \(backfill) WHERE \(name) IS NULL")
        } else if isOwner {
            ownerRules.append(.rows(without: column.name))
        } else {
            rules.append(.rows(without: column.name))
        }
    }

    private mutating func check(_ column: TableDefinition.Column, hasParents: Bool) {
        guard let reference = column.reference else { return }
        let name = column.name.quotedIdentifier
        // A join, not NOT IN or NOT EXISTS: it is as fast when the parent has lost its primary key.
        let dangling =
            hasParents
            ? """
            IN (SELECT child.\(name) FROM \(definition.name.quotedIdentifier) AS child
                LEFT JOIN \(reference.table.quotedIdentifier) AS parent ON parent."id" = child.\(name)
                WHERE child.\(name) IS NOT NULL AND parent."id" IS NULL)
            """ : "IS NOT NULL"
        let isDangling = "old.\(name) \(dangling)"
        if column.isNullable {
            clearings.append(
                Clearing(
                    table: definition.name, column: column.name, referencedTable: reference.table, condition: isDangling
                ))
        } else {
            rules.append(
                .rows(
                    where: isDangling,
                    reason: "\("\(reference.table) ".quotedLiteral) || old.\(name) || ' no longer exists'",
                    summary: "the \(reference.table) no longer exists"))
        }
    }

    private func isMissing(_ index: TableDefinition.Index) -> Bool {
        !present.indexes.contains { $0.isUnique && !$0.isPartial && $0.columns == index.columns }
    }

    private mutating func makeUnique(_ index: TableDefinition.Index, isOwner: Bool) {
        guard index.columns.allSatisfy({ present.column($0) != nil }) else { return }
        let list = index.columns.map(\.quotedIdentifier).joined(separator: ", ")
        let isComplete = index.columns.map { "\($0.quotedIdentifier) IS NOT NULL" }.joined(separator: " AND ")
        let order = (index.precedence.map { [$0] } ?? []) + [#""id""#]
        let columns = index.columns.joined(separator: ", ")
        let rule = QuarantineRule.rows(
            where: """
                old."id" IN (SELECT "id" FROM (
                    SELECT "id", row_number() OVER (PARTITION BY \(list) ORDER BY \(order.joined(separator: ", "))) AS place
                    FROM \(definition.name.quotedIdentifier) WHERE \(isComplete)) AS ranked WHERE place > 1)
                """,
            reason: "another row has the same \(columns)".quotedLiteral,
            summary: "another row has the same \(columns)")
        if isOwner { ownerRules.append(rule) } else { rules.append(rule) }
    }

    /// The rows that cannot stay, which a repair quarantines and a run does not touch, and the columns whose values
    /// neither can know.
    func findings(_ context: MigrationContext, isRepair: Bool) throws -> [Finding] {
        let name = definition.name
        var findings =
            try isRepair
            ? context.findings(of: rules, on: name)
            : context.findings(
                of: rules, on: name, .error, code: Self.rowsDoNotFit,
                action: context.vocabulary.advice("To put them into quarantine", "repair")
            ) { "\($0.counted("row")) of \(name) cannot be kept under the current schema: \($1.summary)." }
        findings += try context.findings(
            of: ownerRules, on: name, .error, code: "owner_does_not_fit",
            action: "Change them. Deleting such a row would also delete everything that belongs to it."
        ) { "\($0.counted("row")) of \(name), to which others belong, cannot be kept: \($1.summary)." }
        findings += try (clearings.map { try $0.finding(context) } + [context.sharedIDs(in: name)]).compactMap { $0 }
        // Broken references are reported already, and the others fit.
        let references = Set(definition.columns.filter { $0.reference != nil }.map(\.name))
        findings += try conversions.filter { !references.contains($0.column.name) }.compactMap {
            try context.misfits(in: name, for: $0)
        }
        return try findings + unknowableColumns.compactMap { try context.missingColumn($0, of: name) }
    }

    /// The code for rows that only a repair quarantines.
    static let rowsDoNotFit = "rows_do_not_fit"
}

/// Broken references of a nullable column.
struct Clearing {
    var table: String
    var column: String
    var referencedTable: String
    /// Which rows, as an SQL condition on the alias `old`.
    var condition: String

    /// The statement that sets them to NULL.
    var statement: String {
        "UPDATE \(table.quotedIdentifier) AS old SET \(column.quotedIdentifier) = NULL WHERE \(condition)"
    }

    func finding(_ context: MigrationContext) throws -> Finding? {
        let name = column.quotedIdentifier
        return try context.finding(
            .notice, code: "reference_cleared", table: table,
            about: """
                SELECT 'id ' || old."id" || \(": \(referencedTable) ".quotedLiteral) || old.\(name) FROM \(table.quotedIdentifier) AS old
                WHERE \(condition) ORDER BY old."id"
                """
        ) {
            "\($0.counted("row")) of \(table) \($0 == 1 ? "references" : "reference") a \(referencedTable) that does not exist: \(column) becomes NULL."
        }
    }
}
