import Migrations
import Testing

@Suite("A catalogue")
struct Catalogues {
    @Test("numbers its migrations 1, 2, 3, … and knows the newest")
    func numbered() {
        let catalogue = Catalogue(
            migrations: (1...3).map(TestMigration.adding).named, canonicalTables: [], rootTable: "t")
        #expect(catalogue.newest == 3)
        #expect(catalogue.migrations.map(\.title) == ["001 change_1", "002 change_2", "003 change_3"])
    }

    @Test(
        "writes a number with three digits, or as many as it takes",
        arguments: [(1, "001"), (42, "042"), (1000, "1000")])
    func title(_ number: Int, _ text: String) {
        #expect(number.paddedToThree == text)
    }

    @Test("holds a database without tables for fresh, and no other")
    func fresh() throws {
        let catalogue = Catalogue(
            migrations: [], canonicalTables: [TableDefinition("t", columns: [.id])], rootTable: "t")
        #expect(try Assessment(of: Schema(dialect: .sqlite), catalogue: catalogue).word == "fresh")
        #expect(try Assessment(of: .withColumns(), catalogue: catalogue).word != "fresh")
    }

    @Test("does not take the quarantine for a difference")
    func quarantine() {
        let definition = TableDefinition("t", columns: [.id])
        let catalogue = Catalogue(migrations: [], canonicalTables: [definition], rootTable: "t")
        let schema = Schema(
            dialect: .sqlite,
            tables: [definition.table(.sqlite), Schema.Table(name: Quarantine().table, columns: [])])
        #expect(catalogue.differences(of: schema) == [])
    }

    @Test("without a newest schema has nothing to compare a database with")
    func noCanonicalTables() throws {
        let catalogue = Catalogue(migrations: [], canonicalTables: [], rootTable: "t")
        let assessment = try Assessment(of: .withColumns(), catalogue: catalogue)
        #expect(assessment.schema.tables.count == 1)
        #expect(assessment.drift == [])
    }
}
