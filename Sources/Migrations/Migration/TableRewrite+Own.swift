/// The operator's own parts of a table, by how a rewrite treats them.
extension TableRewrite {
    /// The indexes of the new table.
    private var expected: [Schema.Index] { indexes.map { IndexStatement($0).index } }

    /// The indexes that stay. Another unique index on the columns of an expected one is redundant and is dropped.
    func ownIndexes(of present: Schema.Table) -> [Schema.Index] {
        let expected = expected
        return present.indexes.filter { index in
            !expected.contains {
                $0.name == index.name
                    || (index.isUnique && !index.isPartial && $0.isUnique && $0.columns == index.columns)
            } && !index.hasConstant && isKept(index.columns ?? [])
        }
    }

    /// The UNIQUE constraints that stay. One in place of an expected index is dropped.
    func ownConstraints(of present: Schema.Table) -> [Schema.UniqueConstraint] {
        let expected = expected
        return present.uniqueConstraints.filter { constraint in
            !expected.contains { $0.isUnique && $0.columns == constraint.columns } && isKept(constraint.columns)
        }
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
