import Migrations
import MigrationsTesting

extension TestDatabase {
    /// Gives the first repository of a hub before 008 so many more files.
    func addFiles(_ count: Int) throws {
        let (columns, full) = (
            "repo_full_id, path_in_repo, size, sha256, lfs", #"(SELECT min(full_id) FROM repository)"#
        )
        let connection = try connect()
        let boolean = connection.dialect == .sqlite ? "0" : "false"
        try connection.execute(
            """
            INSERT INTO "file" (\(columns), created_at, updated_at)
            WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < \(count))
            SELECT \(full), 'generated/' || n || '.bin', n, 'sha-' || n, \(boolean),
                '2025-10-01 12:00:00', '2025-10-01 12:00:00' FROM numbers
            """)
    }
}
