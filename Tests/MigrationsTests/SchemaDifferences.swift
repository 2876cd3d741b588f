import Migrations
import Testing

@Suite("Comparing a schema with the expected one")
struct SchemaDifferences {
    private static let definition = TableDefinition(
        "file",
        columns: [
            .id, .required("path", .string), .optional("size", .bigint),
            .required("owner_id", .integer).references("user", onDelete: .cascade),
        ],
        indexes: [.on("owner_id"), .unique("path", "owner_id")]
    )

    /// The differences of the expected table when something about it was changed.
    private func differences(
        _ dialect: Dialect = .sqlite, _ change: (inout Schema.Table) -> Void = { _ in }
    ) -> [SchemaDifference] {
        var table = Self.definition.table(dialect)
        change(&table)
        return Schema(dialect: dialect, tables: [table]).differences(from: [Self.definition.table(dialect)])
    }

    private func column(_ name: String, _ type: String = "TEXT", nullable: Bool = true, default value: String? = nil)
        -> Schema.Column
    {
        Schema.Column(name: name, type: type, isNullable: nullable, defaultValue: value)
    }

    @Test("finds none in the expected one, in whatever order its columns are", arguments: Dialect.allCases)
    func none(_ dialect: Dialect) {
        #expect(differences(dialect) == [])
        #expect(differences(dialect) { $0.columns.reverse() } == [])
        #expect(differences(dialect) { $0.indexes.reverse() } == [])
    }

    @Test("finds a table that is missing")
    func missingTable() {
        let found = Schema(dialect: .sqlite).differences(from: [Self.definition.table(.sqlite)])
        #expect(found == [SchemaDifference(.missingTable, table: "file")])
        #expect(found.map(\.description) == ["table file is missing"])
    }

    @Test("finds a column that is missing")
    func missingColumn() {
        #expect(
            differences { $0.columns.removeAll { $0.name == "size" } }
                == [SchemaDifference(.missingColumn, table: "file", name: "size")])
    }

    @Test("finds another type, nullability or default of a column")
    func columnDefinition() {
        #expect(
            differences { $0.columns[1] = column("path", nullable: true, default: "''") } == [
                SchemaDifference(
                    .columnType, table: "file", name: "path", expected: "VARCHAR(255)", found: "TEXT",
                    disposition: .harmless),
                SchemaDifference(
                    .columnNullability, table: "file", name: "path", expected: "NOT NULL", found: "nullable",
                    disposition: .harmless),
                SchemaDifference(.columnDefault, table: "file", name: "path", expected: nil, found: "''"),
            ])
    }

    @Test("finds a PostgreSQL id that no sequence gives")
    func sequence() {
        #expect(differences(.postgresql) { $0.columns[0].sequence = nil }.map(\.kind) == [.columnDefault])
    }

    @Test("finds an index and a primary key that are there under another name, and says so once")
    func indexName() {
        let found = differences(.postgresql) { table in
            table.indexes[0].name = "idx_1_owner"
            table.primaryKeyName = "idx_1_key"
        }
        #expect(found.map(\.kind) == [.indexName, .indexName])
        #expect(found.map(\.isHarmless) == [true, true])
        #expect(
            found.map(\.description) == [
                "index file_owner_id on file is named idx_1_owner", "index file_pkey on file is named idx_1_key",
            ])
        // What orders otherwise is another index.
        let other = differences { table in
            table.indexes[0].name = "idx_1_owner"
            table.indexes[0].isPlain = false
        }
        #expect(other.map(\.kind) == [.missingIndex, .ownIndex])
    }

    @Test("finds an index that is missing")
    func missingIndex() {
        #expect(
            differences { $0.indexes.removeFirst() }
                == [
                    SchemaDifference(
                        .missingIndex, table: "file", name: "file_owner_id", expected: "owner_id",
                        disposition: .harmless)
                ])
    }

    @Test("finds an index of other columns, another order or another uniqueness")
    func indexDefinition() {
        let kind = SchemaDifference.Kind.indexDefinition
        #expect(differences { $0.indexes[0].keys = [.column("size")] }.map(\.kind) == [kind])
        #expect(differences { $0.indexes[1].keys.reverse() }.map(\.kind) == [kind])
        #expect(differences { $0.indexes[0].isUnique = true }.map(\.kind) == [kind])
        #expect(differences { $0.indexes[1].isUnique = false }.map(\.kind) == [kind])
        #expect(differences { $0.indexes[1].isPartial = true }.map(\.kind) == [kind])
    }

    @Test("finds an index on a text constant, under whatever name")
    func constantIndex() {
        #expect(
            differences { $0.indexes[0].keys = [.constant("owner_id")] }
                == [SchemaDifference(.constantIndex, table: "file", name: "file_owner_id")])
        #expect(
            differences {
                $0.indexes.append(Schema.Index(name: "other", keys: [.constant("gone")], isUnique: true))
            }.map(\.kind) == [.constantIndex])
    }

    @Test("finds a foreign key that is missing, or to another table, or with another rule")
    func foreignKeys() {
        #expect(
            differences { $0.foreignKeys = [] }
                == [
                    SchemaDifference(
                        .missingForeignKey, table: "file", name: "owner_id", expected: "user (id) ON DELETE CASCADE")
                ])
        let kind = SchemaDifference.Kind.foreignKeyDefinition
        #expect(differences { $0.foreignKeys[0].onDelete = "SET NULL" }.map(\.kind) == [kind])
        #expect(differences { $0.foreignKeys[0].referencedTable = "organization" }.map(\.kind) == [kind])
        #expect(differences { $0.foreignKeys[0].referencedColumns = ["name"] }.map(\.kind) == [kind])
    }

    @Test("finds a foreign key that may refuse rows, but none of the operator's own column")
    func unknownForeignKey() {
        let key = Schema.ForeignKey(columns: ["size"], referencedTable: "sizes", onDelete: "CASCADE")
        #expect(differences { $0.foreignKeys.append(key) }.map(\.kind) == [.unknownForeignKey])
        #expect(
            differences {
                $0.columns.append(column("own"))
                $0.foreignKeys.append(Schema.ForeignKey(columns: ["own"], referencedTable: "x", onDelete: "CASCADE"))
            }.map(\.kind) == [.ownColumn])
    }

    @Test("finds a UNIQUE constraint, and AUTOINCREMENT")
    func constraints() {
        #expect(
            differences { $0.uniqueConstraints = [Schema.UniqueConstraint(name: "u", columns: ["path"])] }
                == [SchemaDifference(.uniqueConstraint, table: "file", name: "u", found: "path")])
        #expect(differences { $0.isAutoincrement = true } == [SchemaDifference(.autoincrement, table: "file")])
    }

    @Test("distinguishes unmanaged objects from what disturbs the application")
    func ownAndUnknown() {
        let found = differences {
            $0.columns += [
                column("note"), column("rank", nullable: false, default: "0"), column("required", nullable: false),
            ]
            $0.indexes += [
                Schema.Index(name: "own_note", keys: [.column("note")], isUnique: false),
                Schema.Index(name: "own_unique", keys: [.column("path")], isUnique: true),
            ]
        }
        #expect(
            found.map { "\($0.kind) \($0.name ?? "")" } == [
                "ownColumn note", "ownColumn rank", "unknownRequiredColumn required", "ownIndex own_note",
                "unknownUniqueIndex own_unique",
            ])
        #expect(found.map { $0.disposition == .unmanaged } == [true, true, false, true, false])
    }

    @Test("finds the operator's tables, and leaves out those it is reported to")
    func ownTables() {
        let schema = Schema(
            dialect: .sqlite,
            tables: [Self.definition.table(.sqlite)] + ["badge", "kept"].map { Schema.Table(name: $0, columns: []) })
        let found = schema.differences(from: [Self.definition.table(.sqlite)], ignoring: ["kept"])
        #expect(found == [SchemaDifference(.ownTable, table: "badge")])
        #expect(found.map { $0.disposition == .unmanaged } == [true])
    }

    @Test("says each difference in a sentence", arguments: SchemaDifference.Kind.allCases)
    func sentences(_ kind: SchemaDifference.Kind) {
        let sentence = SchemaDifference(kind, table: "file", name: "thing", expected: "this", found: "that").description
        #expect(sentence.contains("file"))
        #expect(sentence.split(separator: " ").count >= 4)
    }
}
