import groovy.json.JsonOutput
import harness.EndToEndCase
import org.junit.Test

/** Commits and feature flags, with the real binary and the local Jira. */
class DevInfoAndFlagsEndToEndTest extends EndToEndCase {
    @Test
    void 'development information of a scripted pipeline, with what checkout returned'() {
        environment('multibranch-scripted-feature-slash')
        jenkins.global.findAll { it.key.startsWith('GIT_') }.each { jenkins.global.remove(it.key) }
        File repository = folder.newFolder()
        git(repository, 'init', '-q', '.')
        new File(repository, 'a').text = 'a'
        git(repository, 'add', 'a')
        git(repository, 'commit', '-q', '-m', 'PROJ-5 first $(touch pwned)')
        git(repository, 'commit', '-q', '--allow-empty', '-m', 'ABC-6 second\n\nand PROJ-7')
        String head = ['git', '-C', repository.path, 'rev-parse', 'HEAD'].execute().text.trim()
        String before = ['git', '-C', repository.path, 'rev-parse', 'HEAD~1'].execute().text.trim()
        jenkins.build.with([[commit(1), 'ABC-9 of the change log, with its first line only']])

        Map checkout = [GIT_URL: 'https://git.example.com/acme/shop.git', GIT_COMMIT: head, GIT_PREVIOUS_SUCCESSFUL_COMMIT: before,
                        GIT_BRANCH: 'feature/PROJ-2-login']
        Map result = step('jiraSendDevInfo', [scm: checkout, repositoryDir: repository.path, repositoryKind: 'gitlab'])

        assert [result.outcome, result.exitCode, result.message] == ['accepted', 0, result.message]
        Map sent = jira.requests('devinfo')[0].json.repositories[0]
        assert sent.url == 'https://git.example.com/acme/shop'
        assert sent.commits*.id == [head]
        assert sent.commits[0].message == 'ABC-6 second\n\nand PROJ-7'
        assert sent.branches*.name == ['feature/PROJ-2-login']
        assert !JsonOutput.toJson(sent).contains('ABC-9')
        assert result.issueKeys as Set == ['ABC-6', 'PROJ-7', 'PROJ-2'] as Set
    }

    @Test
    void 'one flag belongs to the issues of the run'() {
        jenkins.build.with([[commit(1), 'ABC-7 now on']])
        Map result = step('jiraSendFeatureFlag', [flagKey: 'new-cart', enabled: true, rolloutPercentage: 25, environmentName: 'EU production'])
        assert [result.outcome, result.exitCode, result.message] == ['accepted', 0, result.message]
        assert result.issueKeys as Set == ['PROJ-2', 'ABC-7'] as Set
        Map flag = jira.requests('featureflags')[0].json.flags[0]
        assert [flag.key, flag.summary.status.enabled, flag.summary.status.rollout.percentage] == ['new-cart', true, 25]
        assert flag.details*.environment == [[name: 'EU production', type: 'production']]
        assert flag.updateSequenceId == jenkins.options.eventTime
    }

    @Test
    void 'flags of the pipeline, and flags of a file in the workspace'() {
        jenkins.build.with([[commit(1), 'ABC-7 not about them']])
        String name = 'caf\u00e9 $(touch pwned) "x"'
        List<Map> flags = [[key: 'new-cart', displayName: name, enabled: true, issueKeys: ['ABC-1']], [key: 'old', description: 'Goes with ABC-2', enabled: false],
                           [key: 'alone', enabled: false]]
        [[flags: flags], [file: 'flags.json']].each { Map parameters ->
            jira.reset()
            File file = new File(jenkins.workspace, 'flags.json')
            if (parameters.file) {
                file.setText(JsonOutput.toJson([flags: flags]), 'UTF-8')
            }
            Map result = step('jiraSendFeatureFlag', parameters)
            file.delete()
            assert [result.outcome, result.exitCode, result.issueKeys] == ['accepted', 0, ['ABC-1', 'ABC-2']]
            List<Map> sent = jira.requests('featureflags')*.json*.flags.flatten()
            assert sent*.key == ['new-cart', 'old']
            assert sent[0].displayName == name
            environment('multibranch-declarative-feature-slash-first')
        }
    }

    @Test
    void 'flags with something wrong in them'() {
        Map result = step('jiraSendFeatureFlag', [flags: [[enabled: true, issueKeys: ['ABC-1']]]])
        assert [result.outcome, result.exitCode] == ['invalid', 2]
        environment('multibranch-declarative-feature-slash-first')
        result = step('jiraSendFeatureFlag', [flags: []])
        assert result.outcome in ['invalid', 'nothing_to_send']
        environment('multibranch-declarative-feature-slash-first')
        assert step('jiraSendFeatureFlag').outcome == 'invalid'
        assert jira.requests('featureflags') == []
    }
}
