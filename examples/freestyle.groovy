// A freestyle job by Job DSL. The agents need jira-send in PATH: see docs/installing.md.
freeStyleJob('shop') {
    label('linux')
    scm {
        git('https://git.example.com/acme/shop.git', 'main')
    }
    triggers {
        scm('H/5 * * * *')
    }
    wrappers {
        credentialsBinding {
            usernamePassword('JIRA_CLIENT_ID', 'JIRA_CLIENT_SECRET', 'jira-oauth')
        }
    }
    steps {
        shell("jira-send build --test-reports '**/target/surefire-reports/*.xml' --projects ABC -- make test")
        shell("jira-send deployment --environment-id eu-test --environment-name 'EU test' -- ./deploy.sh")
    }
}
