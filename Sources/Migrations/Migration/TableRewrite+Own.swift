/// The operator's own parts of a table, by how a rewrite treats them.
extension TableRewrite {
    /// The indexes that stay. Another unique index on the columns of an expected one is redundant and is dropped.
    func ownIndexes(of present: Schema.Table) -> [Schema.Index] {
        let names = Set(indexes.map { IndexStatement($0).name })
        let uniqueColumns = uniqueColumns
        return present.indexes.filter { index in
            let isRedundant = index.isUnique && !index.isPartial && index.columns.map(uniqueColumns.contains) == true
            return !names.contains(index.name) && !isRedundant && !index.hasConstant && isKept(index.columns ?? [])
        }
    }

    /// The columns that each new index makes unique in all rows, of those whose statements say nothing else.
    private var uniqueColumns: Set<[String]> {
        Set(
            indexes.map { IndexStatement($0).index }.filter { $0.isUnique && $0.isPlain && !$0.isPartial }
                .compactMap(\.columns))
    }

    /// The UNIQUE constraints that stay. One in place of an expected index is dropped.
    func ownConstraints(of present: Schema.Table) -> [Schema.UniqueConstraint] {
        let uniqueColumns = uniqueColumns
        return present.uniqueConstraints.filter { !uniqueColumns.contains($0.columns) && isKept($0.columns) }
    }

    /// The foreign keys that name a dropped column, or columns without a foreign key in the new table.
    func lostForeignKeys(of present: Schema.Table) -> [Schema.ForeignKey] {
        let known = Set(columns.map(\.name))
        return present.foreignKeys.filter { key in
            let isReplaced =
                key.columns.count == 1 && foreignKeys.contains { ForeignKeyDefinition($0).column == key.columns[0] }
            return !isKept(key.columns) || (!known.isDisjoint(with: key.columns) && !isReplaced)
        }
    }

    /// Whether the new table keeps these columns of the old one.
    func isKept(_ columns: [String]) -> Bool {
        Set(columns).isDisjoint(with: replacedColumns)
    }
}
