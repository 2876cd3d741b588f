import Foundation

extension TestDatabase {
    /// Runs a test on a copy of the database, which is gone afterwards: much faster than to load a dump again.
    ///
    /// Nobody may be connected to the database meanwhile.
    public func withCopy<Result>(_ body: (TestDatabase) throws -> Result) throws -> Result {
        switch self {
        case .sqlite(let path):
            try withTemporaryFolder { folder in
                try FileManager.default.copyItem(atPath: path, toPath: folder + "/hub.db")
                return try body(.sqlite(path: folder + "/hub.db"))
            }
        case .postgresql(let original):
            try TestServer.fromEnvironment().withDatabase(like: original) { try body(.postgresql($0)) }
        }
    }
}
