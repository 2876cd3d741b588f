import Foundation
import MigrationsTesting

/// The schema of a version as the application itself made it, kept as JSON.
extension SchemaLines {
    init(version: Int, backend: TestBackend) throws {
        let name = "v" + (version < 10 ? "0" : "") + String(version)
        let tables = try Fixture.json("Schemas/\(name).\(backend.rawValue).json", as: [String: JSONTable].self)
        for (name, table) in tables {
            for column in table.columns {
                add(
                    column: column.name, of: name, type: column.type, nullable: column.null, key: column.pk,
                    default: column.default)
            }
            for index in table.indexes {
                add(index: index.name, of: name, columns: index.columns, unique: index.unique)
            }
            for key in table.foreign_keys {
                add(
                    foreignKey: key.name, of: name, column: key.columns.joined(separator: ", "),
                    to: "\(key.ref).\(key.ref_columns.joined(separator: ", "))", onDelete: key.on_delete)
            }
            if table.autoincrement == true { add(fact: "AUTOINCREMENT", of: name) }
            for key in table.primary_key ?? [] { add(fact: "primary key \(key)", of: name) }
        }
    }
}
