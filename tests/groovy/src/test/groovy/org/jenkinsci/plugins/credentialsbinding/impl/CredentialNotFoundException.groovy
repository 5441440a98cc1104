package org.jenkinsci.plugins.credentialsbinding.impl

/** Stands for the plugin's class of this name: thrown for a missing credential and for one of the wrong kind. */
class CredentialNotFoundException extends hudson.AbortException {
    CredentialNotFoundException(String message) {
        super(message)
    }
}
