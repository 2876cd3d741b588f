import Migrations
import Testing

@Suite("A signature")
struct Signatures {
    private let schema = Schema(
        dialect: .sqlite,
        tables: [
            Schema.Table(
                name: "user",
                columns: [
                    Schema.Column(name: "id", type: "INTEGER", isNullable: false, isPrimaryKey: true),
                    Schema.Column(name: "email", type: "VARCHAR(255)"),
                ],
                indexes: [
                    Schema.Index(name: "user_email", keys: [.column("email"), .column("id")], isUnique: true),
                    Schema.Index(name: "user_plain", keys: [.column("email")], isUnique: false),
                    Schema.Index(name: "user_some", keys: [.column("id")], isUnique: true, isPartial: true),
                    Schema.Index(name: "user_constant", keys: [.constant("is_org")], isUnique: true),
                ],
                uniqueConstraints: [Schema.UniqueConstraint(name: "u", columns: ["id", "email"])],
                foreignKeys: [Schema.ForeignKey(columns: ["id"], referencedTable: "person", onDelete: "CASCADE")]
            )
        ])

    @Test(
        "holds when what it names is there",
        arguments: [
            Signature.table("user"), .column("user", "email"), .nullable("user", "email"),
            .type("user", "email", "VARCHAR(255)"), .index("user", columns: ["email"]),
            .index("user", columns: ["email", "id"]), .index("user", columns: ["id", "email"]),
            .uniqueIndex("user", columns: ["email", "id"]), .uniqueIndex("user", columns: ["id", "email"]),
            .foreignKey("user", "id", to: "person", onDelete: "CASCADE"),
            .all([.table("user"), .column("user", "id")]), .all([]),
            .any([.table("nothing"), .table("user")]), .not(.table("nothing")),
            .dialect(sqlite: .table("user"), postgresql: .table("nothing")),
            .custom("few tables") { $0.tables.count < 9 },
        ])
    func holds(_ signature: Signature) throws {
        #expect(try signature.holds(on: schema))
        #expect(try !Signature.not(signature).holds(on: schema))
    }

    @Test(
        "does not hold when it is not, or not quite",
        arguments: [
            Signature.table("nothing"), .column("user", "nothing"), .column("nothing", "id"), .nullable("user", "id"),
            .nullable("user", "nothing"), .type("user", "email", "TEXT"), .index("user", columns: ["nothing"]),
            .index("user", columns: ["is_org"]), .uniqueIndex("user", columns: ["email"]),
            .index("user", columns: ["id"]), .uniqueIndex("user", columns: ["id"]),
            .foreignKey("user", "id", to: "person", onDelete: "SET NULL"),
            .foreignKey("user", "email", to: "person", onDelete: "CASCADE"),
            .foreignKey("user", "id", to: "other", onDelete: "CASCADE"),
            .all([.table("user"), .table("nothing")]), .any([.table("nothing")]), .any([]), .not(.table("user")),
            .dialect(sqlite: .table("nothing"), postgresql: .table("user")),
            .custom("many tables") { $0.tables.count > 9 },
        ])
    func doesNotHold(_ signature: Signature) throws {
        #expect(try !signature.holds(on: schema))
    }

    @Test("says in words what it asks")
    func words() {
        let signature = Signature.all([
            .column("user", "is_org"), .not(.table("organization")), .uniqueIndex("user", columns: ["a", "b"]),
            .dialect(sqlite: .nullable("user", "email"), postgresql: .type("user", "email", "text")),
            .foreignKey("file", "owner_id", to: "user", onDelete: "CASCADE"),
            .any([.table("a"), .index("b", columns: ["c"])]),
        ])
        #expect(
            signature.description(.postgresql)
                == "column user.is_org exists and table organization is missing and unique index on user (a, b) exists "
                + "and column user.email is text and foreign key file.owner_id to user ON DELETE CASCADE exists "
                + "and table a exists or index on b (c) exists")
        #expect(signature.description(.sqlite).contains("column user.email is nullable"))
    }

    @Test("names as evidence the part that decides")
    func evidence() throws {
        let signature = Signature.all([.not(.table("organization")), .column("user", "email"), .table("file")])
        #expect(try signature.evidence(on: schema) == "table file is missing")
        #expect(try Signature.not(.table("user")).evidence(on: schema) == "table user exists")
        let holding = Signature.all([.not(.table("organization")), .column("user", "email"), .table("user")])
        #expect(try holding.evidence(on: schema) == "column user.email exists")
    }
}
