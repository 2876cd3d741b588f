// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "kohaku-migrate",
    products: [
        .executable(name: "kohaku-migrate", targets: ["kohaku-migrate"]),
        .library(name: "Migrations", targets: ["Migrations"]),
        .library(name: "MigrationsSQLite", targets: ["MigrationsSQLite"]),
        .library(name: "MigrationsPostgreSQL", targets: ["MigrationsPostgreSQL"]),
        .library(name: "KohakuHubMigrations", targets: ["KohakuHubMigrations"]),
        .plugin(name: "MigrationRegistry", targets: ["MigrationRegistry"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/LebJe/TOMLKit", from: "0.6.0"),
    ],
    targets: [
        // The system's database libraries: SQLite's is linked, and PostgreSQL's is loaded for a connection.
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CLibPQ", providers: [.apt(["libpq-dev"])]),

        // The engine: knows no hub and no database library.
        .target(name: "Migrations", swiftSettings: settings),

        // The backends: know the engine and one database each.
        .target(name: "MigrationsSQLite", dependencies: ["Migrations", "CSQLite", logging], swiftSettings: settings),
        .target(
            name: "MigrationsPostgreSQL", dependencies: ["Migrations", "CLibPQ", logging], swiftSettings: settings),

        // The catalogue: KohakuHub's migrations, found by the build plugin.
        .target(
            name: "KohakuHubMigrations",
            dependencies: ["Migrations", "MigrationsSQLite", "MigrationsPostgreSQL", "TOMLKit", logging],
            exclude: ["ForeignkeyRefactoring/README.md"],
            swiftSettings: settings,
            plugins: ["MigrationRegistry"]
        ),
        .executableTarget(name: "migration-registry-generator", swiftSettings: settings),
        .plugin(
            name: "MigrationRegistry", capability: .buildTool(), dependencies: ["migration-registry-generator"]),

        // The command.
        .executableTarget(
            name: "kohaku-migrate",
            dependencies: [
                "KohakuHubMigrations", "Migrations", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: settings
        ),

        // What the tests of crashes kill.
        .executableTarget(
            name: "crash-probe", dependencies: ["KohakuHubMigrations", "Migrations", logging], swiftSettings: settings),

        // What tests of any backend need: databases of their own, and what is in them.
        .target(
            name: "MigrationsTesting",
            dependencies: ["Migrations", "MigrationsSQLite", "MigrationsPostgreSQL", logging],
            swiftSettings: settings
        ),
        .testTarget(
            name: "MigrationsTests",
            dependencies: ["Migrations", "MigrationsTesting", "migration-registry-generator"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "Migrations", "MigrationsSQLite", "MigrationsPostgreSQL", "MigrationsTesting", "CLibPQ", logging,
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "KohakuHubMigrationsTests",
            dependencies: [
                "KohakuHubMigrations", "Migrations", "MigrationsTesting", "crash-probe", "kohaku-migrate", logging,
            ],
            resources: [.copy("Fixtures")],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CommandTests",
            dependencies: [
                "kohaku-migrate", "KohakuHubMigrations", "Migrations", "MigrationsTesting", logging,
            ],
            exclude: ["Screens"],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
