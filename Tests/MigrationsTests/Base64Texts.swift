import Foundation
import Migrations
import Testing

@Suite("Base64")
struct Base64Texts {
    @Test("of bytes of any number is what Foundation makes of them, and leads back", arguments: 0...67)
    func roundTrip(_ count: Int) {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 151 + count) }
        let text = bytes.withUnsafeBytes(Base64.encode)
        #expect(text == Data(bytes).base64EncodedString())
        #expect(Base64.decode(text) == bytes)
    }

    @Test(
        "that is cut, padded wrongly or holds anything else is none",
        arguments: ["A", "AB", "ABC", "A===", "AB=C", "=ABC", "ABCD=", "AB D", "AB\nD", "AB-_", "ÄÄ", "===="])
    func invalid(_ text: String) {
        #expect(Base64.decode(text) == nil)
    }
}
