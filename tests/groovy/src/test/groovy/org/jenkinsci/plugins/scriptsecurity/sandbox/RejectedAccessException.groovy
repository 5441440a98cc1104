package org.jenkinsci.plugins.scriptsecurity.sandbox

/** Stands for the plugin's class of this name. */
class RejectedAccessException extends SecurityException {
    RejectedAccessException(String message) {
        super(message)
    }
}
