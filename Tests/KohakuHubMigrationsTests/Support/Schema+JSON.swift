import Foundation
import Migrations
import MigrationsTesting

extension Schema {
    /// The schema of a version as the application itself made it: `v07`, or `v12b` between two versions.
    init(version: String, backend: TestBackend) throws {
        let tables = try Fixture.json("Schemas/\(version).\(backend.rawValue).json", as: [String: JSONTable].self)
        self.init(
            dialect: backend == .sqlite ? .sqlite : .postgresql,
            tables: tables.map { name, table in
                Table(
                    name: name,
                    columns: table.columns.map { column in
                        Column(
                            name: column.name, type: column.type, isNullable: column.null, defaultValue: column.default,
                            isPrimaryKey: column.pk)
                    },
                    indexes: table.indexes.map { index in
                        Index(name: index.name, keys: index.columns.map { .column($0) }, isUnique: index.unique)
                    },
                    foreignKeys: table.foreign_keys.map { key in
                        ForeignKey(
                            name: key.name, columns: key.columns, referencedTable: key.ref,
                            referencedColumns: key.ref_columns, onDelete: key.on_delete)
                    })
            })
    }
}
