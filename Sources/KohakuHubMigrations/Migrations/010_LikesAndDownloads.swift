public import Migrations

/// Counts the likes and downloads of repositories.
public struct LikesAndDownloads: Migration {
    public let signature = Signature.all([
        .column("repository", "downloads"), .column("repository", "likes_count"), .table("repositorylike"),
        .table("downloadsession"), .table("dailyrepostats"),
    ])

    public func migrate(_ context: MigrationContext) throws {
        try context.addColumns(
            #"""
            "downloads" INTEGER NOT NULL
            "likes_count" INTEGER NOT NULL
            """#, backfill: "0", to: "repository")
        try context.createTable(
            "repositorylike",
            #"""
            CREATE TABLE "repositorylike" (
                "id" {id},
                "repository_id" INTEGER NOT NULL,
                "user_id" INTEGER NOT NULL,
                "created_at" {timestamp} NOT NULL,
                FOREIGN KEY ("repository_id") REFERENCES "repository" ("id") ON DELETE CASCADE,
                FOREIGN KEY ("user_id") REFERENCES "user" ("id") ON DELETE CASCADE
            );
            CREATE INDEX "repositorylike_repository_id" ON "repositorylike" ("repository_id");
            CREATE INDEX "repositorylike_user_id" ON "repositorylike" ("user_id");
            CREATE UNIQUE INDEX "repositorylike_repository_id_user_id"
                ON "repositorylike" ("repository_id", "user_id")
            """#)
        try context.createTable(
            "downloadsession",
            #"""
            CREATE TABLE "downloadsession" (
                "id" {id},
                "repository_id" INTEGER NOT NULL,
                "user_id" INTEGER,
                "session_id" VARCHAR(255) NOT NULL,
                "time_bucket" INTEGER NOT NULL,
                "file_count" INTEGER NOT NULL,
                "first_file" VARCHAR(255) NOT NULL,
                "first_download_at" {timestamp} NOT NULL,
                "last_download_at" {timestamp} NOT NULL,
                FOREIGN KEY ("repository_id") REFERENCES "repository" ("id") ON DELETE CASCADE,
                FOREIGN KEY ("user_id") REFERENCES "user" ("id") ON DELETE SET NULL
            );
            CREATE INDEX "downloadsession_first_download_at" ON "downloadsession" ("first_download_at");
            CREATE INDEX "downloadsession_repository_id" ON "downloadsession" ("repository_id");
            CREATE INDEX "downloadsession_session_id" ON "downloadsession" ("session_id");
            CREATE INDEX "downloadsession_time_bucket" ON "downloadsession" ("time_bucket");
            CREATE INDEX "downloadsession_user_id" ON "downloadsession" ("user_id");
            CREATE UNIQUE INDEX "downloadsession_repository_id_session_id_time_bucket"
                ON "downloadsession" ("repository_id", "session_id", "time_bucket")
            """#)
        try context.createTable(
            "dailyrepostats",
            #"""
            CREATE TABLE "dailyrepostats" (
                "id" {id},
                "repository_id" INTEGER NOT NULL,
                "date" DATE NOT NULL,
                "download_sessions" INTEGER NOT NULL,
                "authenticated_downloads" INTEGER NOT NULL,
                "anonymous_downloads" INTEGER NOT NULL,
                "total_files" INTEGER NOT NULL,
                "created_at" {timestamp} NOT NULL,
                FOREIGN KEY ("repository_id") REFERENCES "repository" ("id") ON DELETE CASCADE
            );
            CREATE INDEX "dailyrepostats_date" ON "dailyrepostats" ("date");
            CREATE INDEX "dailyrepostats_repository_id" ON "dailyrepostats" ("repository_id");
            CREATE UNIQUE INDEX "dailyrepostats_repository_id_date"
                ON "dailyrepostats" ("repository_id", "date")
            """#)
    }
}
