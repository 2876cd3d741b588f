/// Indexes that match except for their names: conversion tools name them `idx_16385_file_sha256`.
extension Schema.Table {
    /// The expected indexes that exist under another name, each with that name.
    func misnamedIndexes(of expected: [Schema.Index]) -> [(expected: Schema.Index, found: String)] {
        let names = Set(expected.map(\.name))
        var candidates = indexes.filter { !names.contains($0.name) }
        return expected.filter { index($0.name) == nil }.compactMap { index in
            guard let place = candidates.firstIndex(where: { $0.isDuplicate(of: index) }) else { return nil }
            return (index, candidates.remove(at: place).name)
        }
    }

    /// The name of the primary key where it is not the expected one, both.
    func misnamedKey(of expected: String?) -> (expected: String, found: String)? {
        // PostgreSQL itself adds a number where something else has the name.
        guard let expected, let found = primaryKeyName, !found.hasPrefix(expected) else { return nil }
        return (expected, found)
    }

    /// The name that PostgreSQL gives the primary key of a table.
    static func primaryKeyName(of table: String) -> String { "\(table)_pkey" }
}

extension MigrationContext {
    /// Gives the indexes of a table their expected names, so that none is created twice.
    func renameIndexes(of name: String, to expected: [Schema.Index]) throws {
        guard let table = schema.tables[name] else { return }
        let misnamed = table.misnamedIndexes(of: expected)
        for (index, found) in misnamed {
            try execute(
                sqlite: "DROP INDEX \(found.quotedIdentifier); \(index.sql)",
                postgresql: "ALTER INDEX \(found.quotedIdentifier) RENAME TO \(index.name.quotedIdentifier)")
        }
        let key = table.misnamedKey(of: Schema.Table.primaryKeyName(of: name))
        if let key {
            try connection.execute(
                "ALTER INDEX \(key.found.quotedIdentifier) RENAME TO \(key.expected.quotedIdentifier)")
        }
        if !misnamed.isEmpty || key != nil { try refreshSchema(of: [name]) }
    }
}
