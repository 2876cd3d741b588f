/// How messages name an application and the verbs of its command.
public struct Vocabulary: Sendable {
    /// The application, without an article: `shop`.
    public var name: String
    /// Its indefinite article.
    public var article: String
    /// The command whose verbs the operator uses; `nil` where there is none.
    public var command: String?
    /// What gives consent in place of an answer: `run with --yes`.
    public var consent: String

    /// Creates a vocabulary; by default it names no application and no command.
    public init(
        name: String = "application", article: String = "an", command: String? = nil,
        consent: String = "let the runner's consent return true"
    ) {
        self.name = name
        self.article = article
        self.command = command
        self.consent = consent
    }

    /// The command for a purpose, to stand after a sentence: ` Preview the repair: migrate plan --repair`; empty without a
    /// command.
    package func advice(_ purpose: String, _ verb: String) -> String {
        command.map { " \(purpose): \($0) \(verb)" } ?? ""
    }
}

extension String {
    /// The text without the spaces around it; `nil` when nothing is left.
    var sentences: String? {
        let text = trimmingSpaces()
        return text.isEmpty ? nil : text
    }
}
