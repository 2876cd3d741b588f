import Foundation
import Migrations
import MigrationsTesting
import Testing

@Suite("Wait")
struct Waiting {
    private struct Document: Decodable {
        var status: String
        var database: String
        var seconds: Double
    }

    @Test("ends at once where the database takes connections", arguments: TestBackend.allCases)
    func ready(_ backend: TestBackend) throws {
        try backend.withHub("v07") { hub in
            let outcome = try hub("wait")
            #expect(outcome.status == 0)
            #expect(outcome.output.replacing("\n", with: " ").contains("takes connections ("))
            let document = try hub.json(Document.self, "wait")
            #expect(document.status == "done")
            #expect(document.seconds < 5)
        }
    }

    /// A server that refuses each connection with an error, as PostgreSQL does while it starts. It prints its port.
    private static func server(_ code: String, _ message: String) -> String {
        """
        import socket, struct
        s = socket.create_server(("127.0.0.1", 0))
        print(s.getsockname()[1], flush=True)
        while True:
            c, _ = s.accept()
            try:
                size = struct.unpack("!I", c.recv(4))[0]
                body = c.recv(size - 4)
                if body[:4] == struct.pack("!I", 80877103):
                    c.sendall(b"N")
                    c.recv(struct.unpack("!I", c.recv(4))[0] - 4)
                fields = b"SFATAL\\0VFATAL\\0C\(code)\\0M\(message)\\0\\0"
                c.sendall(b"E" + struct.pack("!I", len(fields) + 4) + fields)
            except (OSError, struct.error):
                pass  # the client went away
            c.close()
        """
    }

    private func refused(_ code: String, _ message: String, _ seconds: String) throws -> Command.Outcome {
        try Program.running("python3", ["-c", Self.server(code, message)]) { server in
            try server.wait { server.output.hasSuffix("\n") }
            let port = server.output.split(separator: "\n")[0]
            return try withTemporaryFolder { folder in
                try Command(folder: folder)(
                    "wait", "--timeout", seconds, "--database-url", "postgresql://hub:geheim@127.0.0.1:\(port)/hubdb")
            }
        }
    }

    @Test("goes on while a server starts, until the time is over, and says why")
    func starting() throws {
        let outcome = try refused("57P03", "the database system is starting up", "2")
        #expect(outcome.status == 7, "\(outcome)")
        #expect(outcome.duration > .seconds(2))
        #expect(outcome.output.hasPrefix("waiting for PostgreSQL hub@127.0.0.1:"))
        #expect(outcome.output.contains("starting up"))
        #expect(outcome.output.count(where: \.isNewline) <= 3)
        #expect(outcome.errors.contains("starting up"))
        #expect(!outcome.everything.contains("geheim"))
    }

    @Test(
        "ends at once where waiting does not help",
        arguments: [
            ("28P01", "password authentication failed"), ("3D000", "the database does not exist"),
            ("28000", "no entry in pg_hba.conf"),
        ])
    func refusal(_ code: String, _ message: String) throws {
        let outcome = try refused(code, message, "60")
        #expect(outcome.status == 7)
        #expect(outcome.duration < .seconds(50))
        #expect(outcome.errors.contains(message))
        #expect(!outcome.everything.contains("geheim"))
    }

    @Test("ends at once for a database that is not on the server")
    func missingDatabase() throws {
        try TestBackend.postgresql.withHub { hub in
            let url = hub.database.url.replacing(#/kohaku_test_\w+/#, with: "no_such_database")
            let outcome = try hub("wait", "--database-url", url)
            #expect(outcome.status == 7)
            #expect(outcome.duration < .seconds(50))
            #expect(outcome.errors.contains("no_such_database"))
        }
    }

    @Test(
        "goes on where nothing answers, or the name is not known",
        arguments: [
            "postgresql://hub:geheim@127.0.0.1:1/hubdb", "postgresql://hub:geheim@postgres.invalid/hubdb",
            "postgresql://hub:geheim@/hubdb?host=/no/such/folder", "sqlite:////no/such/folder/hub.db",
        ])
    func nothingAnswers(_ url: String) throws {
        try withTemporaryFolder { folder in
            let outcome = try Command(folder: folder)("wait", "--timeout", "1", "--database-url", url)
            #expect(outcome.status == 7)
            #expect(outcome.duration > .seconds(1))
            #expect(outcome.errors.contains(#/Waited \d+ s for it\./#))
            #expect(outcome.output.hasPrefix("waiting for "))
            #expect(!outcome.everything.contains("geheim"))
        }
    }

    @Test("goes on until a server's socket is there")
    func socket() throws {
        try TestBackend.postgresql.withDatabase { database in
            guard case .postgresql(let server) = database, let host = server.parameters["host"] else { return }
            try withTemporaryFolder { folder in
                let url = "postgresql://postgres@/\(server.parameters["dbname"] ?? "")?host=\(folder)/sockets"
                let outcome = try Program.running(Command.path, ["wait", "--database-url", url]) { program in
                    try program.wait { program.output.contains("waiting for") }
                    try FileManager.default.createSymbolicLink(
                        atPath: "\(folder)/sockets", withDestinationPath: host)
                    return program.outcome()
                }
                #expect(outcome.status == 0, "\(outcome)")
                #expect(outcome.output.replacing("\n", with: " ").contains("takes connections"))
            }
        }
    }

    @Test("a time that makes no sense is a mistake of use", arguments: ["-1", "86401", "soon"])
    func senselessTimeout(_ seconds: String) throws {
        try withTemporaryFolder { folder in
            try Command(folder: folder).expect(64, "wait", "--timeout=\(seconds)")
        }
    }
}
