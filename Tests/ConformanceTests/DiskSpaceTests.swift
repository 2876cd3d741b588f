import Migrations
import MigrationsTesting
import Testing

@testable import MigrationsSQLite

@Suite("The room for a rewrite on SQLite")
struct DiskSpaceTests {
    private func finding(free: Int64) -> Finding? {
        DiskSpace(size: 1_500_000, free: free, path: "/data/hub.db").finding
    }

    @Test("is enough for the new tables and the journal", arguments: [3_000_000, 3_000_001, .max] as [Int64])
    func enough(_ free: Int64) {
        #expect(finding(free: free) == nil)
    }

    @Test("may be too little for the journal, which is a warning", arguments: [1_500_000, 2_999_999] as [Int64])
    func scarce(_ free: Int64) {
        #expect(finding(free: free)?.severity == .warning)
    }

    @Test("is too little for the new tables, which stops the run", arguments: [0, 1_499_999] as [Int64])
    func tooLittle(_ free: Int64) {
        #expect(finding(free: free)?.severity == .error)
    }

    @Test("is reported with both sizes and the file")
    func words() {
        let finding = finding(free: 1_200_000)
        #expect(finding?.code == "disk_space")
        #expect(
            finding?.message == """
                The database has 2 MB, and its disk has 2 MB free. The rewrite needs up to 3 MB for the new tables and the \
                journal.
                """)
        #expect(finding?.action == "Free space on the disk of /data/hub.db.")
    }

    #if os(Linux)
        @Test("is unknown on a file system without a size, which is no reason to stop")
        func unknown() {
            #expect(FileSystem.freeBytes(at: "/proc") == nil)
        }
    #endif

    @Test("is looked for beside the file, and not for a small database where there is room")
    func small() throws {
        try TestBackend.sqlite.withDatabase { database in
            guard case .sqlite(let path) = database else { return }
            let connection = try database.connect()
            try connection.execute(#"CREATE TABLE "book" ("id" INTEGER PRIMARY KEY)"#)
            #expect(FileSystem.freeBytes(at: path) ?? 0 > 0)
            #expect(try connection.obstacles(toChanging: ["book"], isRewriting: true) == [])
        }
    }
}
