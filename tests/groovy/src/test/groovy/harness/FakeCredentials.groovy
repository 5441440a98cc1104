package harness

import org.jenkinsci.plugins.credentialsbinding.impl.CredentialNotFoundException

/** What withCredentials makes of the credentials that Jenkins has: variables, or what is wrong with them. */
class FakeCredentials {
    /** What Jenkins calls the kind, and the class that its binding wants. */
    private static final Map<String, List<String>> KINDS = [
        usernamePassword: ['Username with password', 'com.cloudbees.plugins.credentials.common.StandardUsernamePasswordCredentials'],
        string          : ['Secret text', 'org.jenkinsci.plugins.plaincredentials.StringCredentials'],
    ]

    static Map<String, String> bind(List<Map> bindings, Map<String, Map<String, String>> credentials) {
        Map<String, String> bound = [:]
        bindings.each { Map binding ->
            Map<String, String> found = credentials[binding.credentialsId]
            if (found == null) {
                throw new CredentialNotFoundException("Could not find credentials entry with ID '${binding.credentialsId}'")
            }
            if (found.kind != binding.kind) {
                throw new CredentialNotFoundException("Credentials '${binding.credentialsId}' is of type '${KINDS[found.kind][0]}' where " +
                    "'${KINDS[binding.kind][1]}' was expected")
            }
            if (binding.kind == 'string') {
                bound[binding.variable] = found.password
                return
            }
            bound[binding.usernameVariable] = found.user
            bound[binding.passwordVariable] = found.password
            if (binding.variable != null) {
                bound[binding.variable] = found.user + ':' + found.password
            }
        }
        return bound
    }

    /** What NAME = credentials('id') asks for: a text in NAME; a pair in NAME, and its parts in NAME_USR and NAME_PSW. */
    static List<Map> bindings(String name, String id, Map<String, String> found) {
        if (found?.kind == 'string') {
            return [[kind: 'string', credentialsId: id, variable: name]]
        }
        return [[kind: 'usernamePassword', credentialsId: id, usernameVariable: name + '_USR', passwordVariable: name + '_PSW', variable: name]]
    }
}
