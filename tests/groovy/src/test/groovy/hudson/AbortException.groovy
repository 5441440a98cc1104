package hudson

/** Stands for Jenkins' class of this name: what error() and a failing sh throw. */
class AbortException extends IOException {
    AbortException(String message) {
        super(message)
    }
}
