import CLibPQ
public import Migrations

/// Backups are made by `pg_dump` in its custom format, of the whole database and all its schemas.
extension PostgresConnection: BackupSource {
    public func backupNames(in folder: String?) -> BackupNames {
        DatabasePlace(of: handle, libpq).backupNames(in: folder)
    }

    /// The files that are backups of a database, which may be missing.
    public static func backupNames(of parameters: [String: String], in folder: String?) throws -> BackupNames {
        try DatabasePlace(of: parameters).backupNames(in: folder)
    }

    /// A dump has no indexes, and is compressed: it hardly ever takes more than a quarter of what the tables do.
    public func sizeOfNextBackup() throws -> Int64 {
        _ = try backupPrograms()
        return try integer("SELECT sum(pg_table_size(oid))::bigint FROM pg_class WHERE relkind IN ('r', 'm')") / 4
    }

    /// The dump is of the very moment that the rows are counted in, by a snapshot that both share.
    ///
    /// A table that is built anew by a migration looks empty to an older snapshot: the tables are held before.
    public func writeBackup(to file: PartialFile, holding tables: [String], check: () throws -> Void) throws {
        let programs = try backupPrograms()
        try withReadTransaction(of: tables) {
            try check()
            let snapshot = try query("SELECT pg_export_snapshot()").first?[0].text ?? ""
            let rows = try countAllRows()
            begin(.copying)
            do {
                try programs.dump.run(
                    ["--format=custom", "--no-password", "--snapshot=\(snapshot)", "--dbname=\(target)"],
                    environment: Self.secrets(parameters), output: file.descriptor, interruption: interruption,
                    observer: observer)
            } catch let error as DatabaseError where error.kind == .other {
                throw MigrationError(.consentRequired, "the backup failed: \(error.message)")
            }
            begin(.proving)
            let dumped = try DumpFile(path: file.path, reader: programs.restore).countRows(interruption, observer)
            let missing = rows.filter { dumped[$0.key] != $0.value }.keys.sorted()
            guard missing.isEmpty else {
                throw DatabaseError(.other, "the backup does not hold every row of \(missing.joined(separator: ", "))")
            }
        }
    }

    /// Both are needed: a dump that cannot be read is none.
    func backupPrograms() throws -> (dump: ClientProgram, restore: ClientProgram) {
        let dump = try ClientProgram("pg_dump")
        var version = ""
        try dump.run(["--version"], onLine: { version += String(decoding: $0, as: UTF8.self) })
        let number = version.firstMatch(of: /(\d+)\.?\d*/).flatMap { Int32($0.1) } ?? 0
        let server = libpq.PQserverVersion(handle) / 10_000
        guard number >= server else {
            throw MigrationError(
                .consentRequired,
                "no backup can be made: \(dump.path) is of version \(number), and the server of \(server). On Debian and "
                    + "Ubuntu the right one is in the package postgresql-client-\(server)")
        }
        return (dump, try ClientProgram("pg_restore"))
    }

    /// Where to connect, in libpq's form and without secrets, which other users could read in the arguments.
    var target: String { Self.target(parameters) }

    static func target(_ parameters: [String: String]) -> String {
        parameters.filter { !secretKeywords.contains($0.key) }.sorted { $0.key < $1.key }.map { keyword, value in
            "\(keyword)='\(value.replacing(#"\"#, with: #"\\"#).replacing("'", with: #"\'"#))'"
        }.joined(separator: " ")
    }

    static func secrets(_ parameters: [String: String]) -> [String: String] {
        parameters["password"].map { ["PGPASSWORD": $0] } ?? [:]
    }

    private static let secretKeywords: Set = ["password", "sslpassword"]

    /// The rows of every table that keeps rows of its own and belongs to no extension, by its schema and name.
    public func countAllRows() throws -> [String: Int64] {
        let tables = try query(
            """
            SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND c.relpersistence <> 't' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                AND NOT EXISTS (
                    SELECT FROM pg_depend AS d
                    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
            ORDER BY 1, 2
            """)
        let counts = try tables.map { row in
            let name = "\(try row.text(0).quotedIdentifier).\(try row.text(1).quotedIdentifier)"
            return (name, try integer("SELECT count(*) FROM ONLY \(name)"))
        }
        return Dictionary(counts, uniquingKeysWith: +)
    }
}
