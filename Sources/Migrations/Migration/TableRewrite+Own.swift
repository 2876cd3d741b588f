/// What of a table is the operator's own, by what a rewrite makes of it.
extension TableRewrite {
    /// The indexes of the new table.
    private var expected: [Schema.Index] { indexes.map { IndexStatement($0).index } }

    /// The indexes that stay. Another unique index on the columns of an expected one says nothing new and goes.
    func ownIndexes(of present: Schema.Table) -> [Schema.Index] {
        present.indexes.filter { index in
            !expected.contains {
                $0.name == index.name
                    || (index.isUnique && !index.isPartial && $0.isUnique && $0.columns == index.columns)
            } && !index.hasConstant && isKept(index.columns ?? [])
        }
    }

    /// The UNIQUE constraints that stay. One in place of an expected index goes.
    func ownConstraints(of present: Schema.Table) -> [Schema.UniqueConstraint] {
        present.uniqueConstraints.filter { constraint in
            !expected.contains { $0.isUnique && $0.columns == constraint.columns } && isKept(constraint.columns)
        }
    }

    /// The foreign keys that name a column which goes, or columns of which the new table has no foreign key.
    func lostForeignKeys(of present: Schema.Table) -> [Schema.ForeignKey] {
        let known = Set(columns.map(\.name))
        return present.foreignKeys.filter { key in
            let isReplaced =
                key.columns.count == 1 && foreignKeys.contains { ForeignKeyDefinition($0).column == key.columns[0] }
            return !isKept(key.columns) || (!known.isDisjoint(with: key.columns) && !isReplaced)
        }
    }

    /// Whether the new table has these columns of the present one.
    func isKept(_ columns: [String]) -> Bool {
        Set(columns).isDisjoint(with: replacedColumns)
    }
}
