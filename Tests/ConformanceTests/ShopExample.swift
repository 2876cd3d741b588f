import Logging
import Migrations
import MigrationsSQLite

/// The first version of the shop.
struct CreateShop: Migration {
    var signature: Signature { .table("customer") }

    func migrate(_ context: MigrationContext) throws {
        try context.createTable(
            "customer", #"CREATE TABLE "customer" ("id" {id}, "name" TEXT NOT NULL, "joined_at" {timestamp} NOT NULL)"#)
    }
}

/// Customers can be blocked.
struct CustomerStatus: Migration {
    var signature: Signature {
        .all([.column("customer", "status"), .index("customer", columns: ["status"])])
    }

    func migrate(_ context: MigrationContext) throws {
        try context.addColumn(#""status" TEXT NOT NULL"#, backfill: "'active'", to: "customer")
        try context.createIndex(#"CREATE INDEX "customer_status" ON "customer" ("status")"#)
    }
}

/// The migrations of the shop, and the schema that they lead to.
let shop = Catalogue(
    migrations: [("create_shop", CreateShop()), ("customer_status", CustomerStatus())],
    canonicalTables: [
        TableDefinition(
            "customer",
            columns: [
                .id, .required("name", .text), .required("joined_at", .timestamp),
                .required("status", .text).backfilled(with: "'active'"),
            ],
            indexes: [.on("status")])
    ],
    rootTable: "customer",
    vocabulary: Vocabulary(name: "shop", article: "a"))

/// Opens the shop's database, upgraded or new.
func openShop(at path: String) throws -> SQLiteConnection {
    let connection = try SQLiteConnection(path: path, mode: .create, logger: Logger(label: "shop"))
    _ = try Runner(catalogue: shop, connection: connection).run(to: .newest)
    return connection
}
