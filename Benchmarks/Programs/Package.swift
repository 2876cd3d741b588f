// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "benchmark-programs",
    dependencies: [
        .package(name: "kohaku-migrate", path: "../.."),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    ],
    targets: [
        // Many small migrations by this project's engine, and by another one in Swift.
        .executableTarget(
            name: "many-migrations",
            dependencies: [
                .product(name: "KohakuHubMigrations", package: "kohaku-migrate"),
                .product(name: "Migrations", package: "kohaku-migrate"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .executableTarget(
            name: "grdb-migrations", dependencies: [.product(name: "GRDB", package: "GRDB.swift")]),
    ],
    swiftLanguageModes: [.v6]
)
