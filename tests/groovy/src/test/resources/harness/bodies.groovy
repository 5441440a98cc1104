// Steps with a body, themselves in continuation-passing style so that the body can suspend. The begin and end parts
// are ordinary steps of FakeJenkins.

def withEnv(List values, Closure body) {
    beginWithEnv(values)
    try {
        return body()
    } finally {
        endBlock()
    }
}

def withCredentials(List bindings, Closure body) {
    beginWithCredentials(bindings)
    try {
        return body()
    } finally {
        endBlock()
    }
}

def node(String label, Closure body) {
    beginNode(label)
    try {
        return body()
    } finally {
        endBlock()
    }
}

def timeout(Map limit, Closure body) {
    beginTimeout(limit)
    try {
        return body()
    } finally {
        endBlock()
    }
}

def dir(String path, Closure body) {
    beginDir(path)
    try {
        return body()
    } finally {
        endBlock()
    }
}
