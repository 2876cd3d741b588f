import KohakuHubMigrations
import Testing

@Suite("A database URL")
struct DatabaseURLTests {
    @Test(
        "of SQLite is relative with three slashes and absolute with four",
        arguments: [
            ("sqlite:///hub.db", "hub.db"), ("sqlite:///./hub.db", "./hub.db"),
            ("sqlite:////data/hub.db", "/data/hub.db"),
            ("sqlite:///my%20hub%3F.db", "my hub?.db"), ("SQLITE+aiosqlite:///hub.db", "hub.db"),
        ])
    func sqlite(_ url: String, _ path: String) throws {
        #expect(try DatabaseURL(url) == .sqlite(path: path))
    }

    @Test(
        "of PostgreSQL is taken apart, and each part is percent-decoded",
        arguments: [
            (
                "postgresql://hub:secret@db.example:5433/hub",
                ["user": "hub", "password": "secret", "host": "db.example", "port": "5433", "dbname": "hub"]
            ),
            (
                "postgres://h%40b:p%40ss%2Fw%3Ard%25@db/my%20hub",
                ["user": "h@b", "password": "p@ss/w:rd%", "host": "db", "dbname": "my hub"]
            ),
            (
                "postgresql+psycopg2://hub:a@b:c@db/hub",
                ["user": "hub", "password": "a@b:c", "host": "db", "dbname": "hub"]
            ),
            ("postgresql://hub@[::1]:5432/hub", ["user": "hub", "host": "::1", "port": "5432", "dbname": "hub"]),
            (
                "postgresql://hub@/hub?host=/var/run/postgresql&sslmode=require",
                ["user": "hub", "dbname": "hub", "host": "/var/run/postgresql", "sslmode": "require"]
            ),
            ("postgresql:///hub", ["dbname": "hub"]),
            (
                "postgresql://hub@a:1,b,[::1]:3/hub",
                ["user": "hub", "host": "a,b,::1", "port": "1,,3", "dbname": "hub"]
            ),
            ("postgresql://hub:100%@db/hub", ["user": "hub", "password": "100%", "host": "db", "dbname": "hub"]),
        ])
    func postgres(_ url: String, _ keywords: [String: String]) throws {
        #expect(try DatabaseURL(url) == .postgres(keywords))
    }

    @Test(
        "that makes no sense is refused with an example of one that does",
        arguments: [
            "hub.db", "mysql://hub@db/hub", "sqlite://hub.db", "sqlite:///", "postgresql://hub:s3cret@db:port/hub",
            "postgresql://hub:s3cret@db:70000/hub",
        ])
    func refused(_ url: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try DatabaseURL(url) }
        #expect(error.hint?.contains("postgresql://user:password@host:5432/name") == true)
        #expect(!"\(error)".contains("s3cret"))
    }

    @Test(
        "that would be cut, or dropped in part, is refused",
        arguments: [
            ("sqlite:///hub.db?mode=ro", "the SQLite URL has parameters, which are not supported"),
            ("sqlite:///hub.db?", "the SQLite URL has parameters, which are not supported"),
            ("sqlite:///:memory:", "the SQLite URL does not name a file on disk"),
            ("sqlite:///%3Amemory%3A", "the SQLite URL does not name a file on disk"),
            ("sqlite:///file:hub.db", "the SQLite URL does not name a file on disk"),
            ("sqlite:///hub.db%00.bak", "the database URL contains %00"),
            ("postgresql://hub:s3c%00ret@db/hub", "the database URL contains %00"),
            ("postgresql://hub@db/hub%00", "the database URL contains %00"),
        ])
    func refusedWhole(_ url: String, _ message: String) throws {
        let error = try #require(throws: ConfigurationError.self) { try DatabaseURL(url) }
        #expect(error.message == message)
        #expect(!"\(error)".contains("s3c"))
    }

    @Test("never shows its password")
    func password() throws {
        let url = try DatabaseURL("postgresql://hub:s3cret@db:5433/hub")
        #expect("\(url)" == "PostgreSQL hub@db:5433/hub")
        #expect("\(try DatabaseURL("postgresql://hub@db/hub?password=s3cret"))" == "PostgreSQL hub@db/hub")
        #expect("\(try DatabaseURL("sqlite:////data/hub.db"))" == "SQLite /data/hub.db")
    }
}
