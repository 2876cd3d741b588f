import Migrations
import MigrationsTesting
import Testing

@Suite("Values come back as they were written")
struct Values {
    @Test(arguments: TestBackend.allCases)
    func `integers beyond 32 bits`(_ backend: TestBackend) throws {
        try backend.withConnection { connection in
            let numbers: [Int64] = [0, -1, 2_147_483_648, 4_294_967_297, .max, .min]
            try connection.execute(connection.dialect.spelling("CREATE TABLE t (n {bigint})"))
            for number in numbers { try connection.execute("INSERT INTO t VALUES ($1)", [.integer(number)]) }
            #expect(try connection.query("SELECT n FROM t").map(\.[0].integer) == numbers)
        }
    }
}
