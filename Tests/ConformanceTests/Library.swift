import Migrations
import MigrationsTesting

/// A small application's tables, with much of an operator's own around them, and a rewrite of one.
enum Library {
    /// The tables, the operator's additions, and rows.
    static func sql(_ dialect: Dialect) -> String {
        dialect.spelling(
            """
            CREATE TABLE "author" ("id" {id}, "name" VARCHAR(255) NOT NULL);
            CREATE TABLE "book" ("id" {id}, "title" TEXT NOT NULL, "author" INTEGER NOT NULL, "cover" {blob});
            CREATE INDEX "book_author" ON "book" ("author");
            INSERT INTO "author" ("id", "name") VALUES (1, 'Bashō'), (2, 'o''brien');
            INSERT INTO "book" ("id", "title", "author") VALUES
                (1, 'Oku no Hosomichi', 1), (2, 'Sarumino', 1), (5, 'Orphan', 9), (7, 'Swim', 2);
            ALTER TABLE "book" ADD COLUMN "shelf" TEXT DEFAULT 'none';
            UPDATE "book" SET "shelf" = 'A' || "id", "cover" = \(dialect == .sqlite ? "X'00ff'" : #"'\x00ff'"#);
            CREATE INDEX "own_shelf" ON "book" ("shelf", "title");
            CREATE UNIQUE INDEX "own_unique" ON "book" ("shelf");
            CREATE TABLE "review" (
                "id" INTEGER PRIMARY KEY, "book_id" INTEGER NOT NULL REFERENCES "book" ("id") ON DELETE CASCADE
            );
            INSERT INTO "review" VALUES (1, 1), (2, 7);
            CREATE TABLE "audit" ("entry" TEXT);
            CREATE VIEW "titles" AS SELECT "id", "title" FROM "book";
            """) + trigger(dialect)
    }

    private static func trigger(_ dialect: Dialect) -> String {
        switch dialect {
        case .sqlite:
            """
            CREATE TRIGGER "own_added" AFTER INSERT ON "book" BEGIN
                INSERT INTO "audit" VALUES (new."title");
            END;
            CREATE TRIGGER "own_removed" AFTER DELETE ON "book" BEGIN
                INSERT INTO "audit" VALUES ('- ' || old."title");
            END;
            """
        case .postgresql:
            """
            CREATE FUNCTION own_audit() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN INSERT INTO "audit" VALUES (new."title"); RETURN new; END $$;
            CREATE TRIGGER "own_added" AFTER INSERT ON "book" FOR EACH ROW EXECUTE FUNCTION own_audit();
            """
        }
    }

    /// `author` becomes the foreign key `author_id`, every book gets `pages`, and books without an author go.
    static let book = TableRewrite(
        "book",
        columns: #"""
            "id" {id}
            "title" TEXT NOT NULL
            "author_id" INTEGER NOT NULL
            "pages" INTEGER NOT NULL
            "cover" {blob}
            """#,
        foreignKeys: #"("author_id") REFERENCES "author" ("id") ON DELETE CASCADE"#,
        indexes: #"CREATE INDEX "book_author_id" ON "book" ("author_id")"#,
        replaces: ["author"],
        quarantine: [
            .rows(
                where: #"old."author" NOT IN (SELECT "id" FROM "author")"#,
                reason: #"'author ' || old."author" || ' is gone'"#,
                summary: "their author is gone")
        ],
        from: [.kept(from: #""book" AS old"#, values: ["author_id": #"old."author""#, "pages": "0"])]
    )

    /// Runs a test before and after the rewrite.
    static func rewriting(
        _ backend: TestBackend, _ rewrite: TableRewrite = book,
        before: (any DatabaseConnection) throws -> Void = { _ in },
        after: (any DatabaseConnection, [TableReport]) throws -> Void
    ) throws {
        try backend.withConnection { connection in
            try connection.execute(sql(backend.dialect))
            try before(connection)
            let reports = try connection.withMigrationTransaction(locking: ["book"]) {
                let context = MigrationContext(
                    connection: connection, schema: try connection.readSchema(), number: 42)
                let foreignKeys = try connection.suspendForeignKeys(of: ["book"])
                try context.rewrite([rewrite])
                try connection.restoreForeignKeys(foreignKeys)
                return context.reports
            }
            try after(connection, reports)
        }
    }
}
